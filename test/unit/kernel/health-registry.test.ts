import assert from 'node:assert/strict'
import { HealthRegistry } from '../../../core/kernel/health-registry.js'
import { SystemClock } from '../../../core/kernel/system-clock.js'

describe('the report of health', () => {
  it('counts a check that throws, hangs or gives no finding as failed, by its plugin', async () => {
    const health = new HealthRegistry(new SystemClock(), 20)
    const troubles: string[] = []
    health.onTrouble((owner, check) => troubles.push(`${owner} ${check}`))
    health.register('well', () => ({ isHealthy: true }))
    health.register('ill', () => ({ isHealthy: false, message: 'no mail' }), 'mail')
    health.register('throws', () => Promise.reject(new Error('no pulse')), 'mail')
    health.register('nothing', () => undefined as never)
    health.register('hangs', () => new Promise(() => {}), 'mail')
    const { isHealthy, checks } = await health.check()
    assert.equal(isHealthy, false)
    assert.deepEqual(
      Object.entries(checks).map(([name, { isHealthy: is, message }]) => [name, is, message]),
      [
        ['well', true, undefined],
        ['ill', false, 'no mail'],
        ['throws', false, 'check of plugin mail: no pulse'],
        ['nothing', false, 'it gave no finding { isHealthy, message? }'],
        ['hangs', false, 'check of plugin mail: no answer within 20 ms'],
      ],
    )
    assert.deepEqual(troubles, ['mail throws', 'mail hangs'])
  })

  it('keeps the checks of the house and of plugins apart that have one name', async () => {
    const health = new HealthRegistry(new SystemClock(), 1_000)
    health.register('database', () => ({ isHealthy: true }), 'mail')
    const off = health.register('queue', () => ({ isHealthy: true }), 'mail')
    health.register('queue', () => ({ isHealthy: false }), 'fax')
    health.register('database', () => ({ isHealthy: false, message: 'away' }))
    assert.deepEqual(Object.keys((await health.check()).checks).toSorted(), [
      'database',
      'database (mail)',
      'queue',
      'queue (fax)',
    ])
    assert.equal((await health.check()).checks.database!.message, 'away')
    off()
    assert.equal((await health.check()).checks.queue!.isHealthy, false)
  })

  it('does not ask again what has not answered', async () => {
    const health = new HealthRegistry(new SystemClock(), 10)
    let calls = 0
    health.register('hangs', () => {
      calls++
      return new Promise(() => {})
    })
    await health.check()
    await health.check()
    assert.equal(calls, 1)
  })
})
