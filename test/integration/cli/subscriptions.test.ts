import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeadLetter, Subscription } from '../../../core/index.js'
import { CliProject } from './cli-project.js'

const subscriber = `
import { appendFileSync, existsSync } from 'node:fs'
import { defineSubscriber } from 'tasker'

export const audit = defineSubscriber({
  name: 'audit',
  durable: true,
  from: 'beginning',
  retry: { limit: 1 },
  on: {
    'step.completed': (event) => {
      if (event.payload.stepName === 'charge' && !existsSync('audit-is-up')) throw new Error('the audit server is down')
      appendFileSync('audit.txt', event.position + ' ' + event.payload.stepName + '\\n')
    },
  },
})
`

describe('tasker, the command, for durable subscribers', function () {
  this.timeout(180_000)
  let project: CliProject

  before(async () => {
    project = await CliProject.create()
    await project.write('subscribers/audit.subscriber.ts', subscriber)
    await project.write(
      'tasker.config.ts',
      `import { defineConfig } from 'tasker'\nexport default defineConfig({ handlers: ['./handlers'], subscribers: ['./subscribers'], customEvents: { 'order.seen': {} } })\n`,
    )
    // One process after the other: what the first could not deliver stands in the database.
    const { code, errors } = await project.call('run', 'payments/process_order', '--context', '{"orderId": 1}')
    assert.equal(code, 0, errors)
    await access(join(project.folder, 'audit.txt'))
    await project.start('start', '--verbose').said(/worker started/)
  })
  after(() => project.remove())

  const get = (name = 'audit') => project.json<Subscription>('subscriptions', 'show', name, '--json')
  const letters = () => project.json<DeadLetter[]>('dead-letters', 'list', '--json')

  it('lists and shows them, and says what is not there', async () => {
    const [row, ...others] = await project.json<Subscription[]>('subscriptions', 'list', '--json')
    assert.deepEqual(others, [])
    assert.deepEqual([row!.name, row!.state, row!.deadLetters, row!.lag.entries], ['audit', 'running', 1, 0])
    assert.match((await project.call('subscriptions', 'list')).output, /^audit +running +0 +1 +1/m)
    assert.match((await project.call('subscriptions', 'show', 'audit')).output, /dead letters +1\n/)
    const missing = await project.call('subscriptions', 'pause', 'audot')
    assert.deepEqual([missing.code, missing.output], [2, ''])
    assert.match(missing.errors, /There is no durable subscriber "audot"\. Did you mean "audit"\?/)
  })

  it('shows what could not be handled, delivers it again, and forgets what nobody wants', async () => {
    const [letter] = await letters()
    assert.deepEqual([letter!.event.name, letter!.attempts], ['step.completed', 1])
    assert.match(
      (await project.call('dead-letters', 'list')).output,
      /audit +step\.completed .* the audit server is down/,
    )
    const { output } = await project.call('dead-letters', 'show', letter!.id)
    assert.match(output, /"stepName": "charge"/)
    await project.write('audit-is-up', '')
    const { count } = await project.json<{ count: number }>('dead-letters', 'retry', letter!.id, '--json')
    assert.equal(count, 1)
    while ((await letters()).length > 0);
    const refused = await project.call('dead-letters', 'discard')
    assert.deepEqual([refused.code, refused.output], [2, ''])
    assert.match(refused.errors, /Nothing says which dead letters/)
    assert.match((await project.call('dead-letters', 'discard', '--subscriber', 'audit')).output, /^0 dead letters/)
  })

  it('pauses, resumes, replays and passes over', async () => {
    assert.equal((await project.json<Subscription>('subscriptions', 'pause', 'audit', '--json')).state, 'paused')
    assert.match((await project.call('subscriptions', 'resume', 'audit')).output, /state +running/)
    const lines = async () => (await import('node:fs/promises')).readFile(join(project.folder, 'audit.txt'), 'utf8')
    const before = (await lines()).split('\n').length
    const replayed = await project.call('events', 'replay', '--subscriber', 'audit', '-r', 'the file was lost')
    assert.equal(replayed.code, 0, replayed.errors)
    while ((await lines()).split('\n').length < before + 4) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.match(
      (await project.call('events', 'replay', '--subscriber', 'audit', '--from', '2099-01-01')).errors,
      /has not come that far/,
    )
    assert.match((await project.call('subscriptions', 'skip', 'audit', '--to', 'soon')).errors, /not a moment/)
    assert.equal((await get()).lag.entries, 0)
    assert.match((await project.call('subscriptions', 'remove', 'audit')).output, /forgotten/)
  })
})
