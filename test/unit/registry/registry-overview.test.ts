import assert from 'node:assert/strict'
import { HandlerRegistry } from '../../../core/registry/handler-registry.js'
import { PluginRegistry } from '../../../core/registry/plugin-registry.js'
import { RegistryOverview } from '../../../core/registry/registry-overview.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'
import { task } from './task-fixture.js'

describe('The overview of the registries', () => {
  let ports: RecordedPorts
  let handlers: HandlerRegistry
  let plugins: PluginRegistry
  let overview: RegistryOverview

  beforeEach(() => {
    ports = recordedPorts()
    handlers = new HandlerRegistry(ports)
    plugins = new PluginRegistry({ ...ports, taskerVersion: '1.0.0' })
    overview = new RegistryOverview([handlers, plugins], ports.clock)
  })

  it('sums up entries, refusals and health', () => {
    handlers.register(task('refund'))
    assert.throws(() => handlers.register(task('refund')))
    plugins.register({ name: 'graphql', version: '1.0.0', dependsOn: ['http'] })
    const { totals, isHealthy, healthPercentage, registries, takenAt } = overview.summary()
    assert.deepEqual(totals, { registries: 2, entries: 2, refusals: 1 })
    assert.equal(isHealthy, false)
    assert.equal(healthPercentage, 50)
    assert.equal(takenAt, '2026-01-01T00:00:00.000Z')
    assert.equal(registries.handlers?.health.isHealthy, true)
    assert.equal(registries.plugins?.health.isHealthy, false)
  })

  it('gives the health of all as one finding that names the culprits', () => {
    assert.equal(overview.health().isHealthy, true)
    assert.throws(() => plugins.register({ name: 'mail' } as never, { origin: folder('mail') }))
    assert.deepEqual(overview.health(), {
      isHealthy: false,
      message:
        'plugins: plugin mail from mail was refused: `version` must be a version such as "1.0.0"; found undefined',
      details: { unhealthy: ['plugins'] },
    })
  })

  it('lists the refusals of all in the order of time', () => {
    assert.throws(() => plugins.register({ name: 'first' } as never))
    ports.clock.nowMs += 1
    assert.throws(() => handlers.register({ name: 'second' } as never))
    ports.clock.nowMs += 1
    assert.throws(() => plugins.register({ name: 'third' } as never))
    assert.deepEqual(
      overview.refusals().map(({ kind, subject }) => `${kind} ${subject}`),
      ['plugin first', 'handler second', 'plugin third'],
    )
  })

  it('recommends what to do about an empty, a faulty, a refusing and a skewed registry, and nothing otherwise', () => {
    const recommended = (name: 'handlers' | 'plugins') => overview.summary().registries[name]!.recommendations
    assert.match(recommended('handlers')[0]!, /nothing is registered: .*`handlers` in tasker\.config\.ts/)
    handlers.register(task('refund'))
    assert.deepEqual(recommended('handlers'), [])
    assert.throws(() => handlers.register(task('refund')))
    assert.match(recommended('handlers')[0]!, /look at what was refused \(1\)/)
    plugins.register({ name: 'graphql', version: '1.0.0', dependsOn: ['http'] })
    assert.match(recommended('plugins')[0]!, /correct what is wrong: Plugin graphql depends on "http"/)
    for (let n = 0; n < 5; n++) handlers.register(task(`task_${n}`))
    handlers.register(task('report', '1.0.0', { namespace: 'default' }))
    assert.match(recommended('handlers')[1]!, /"payments" has 6 of 7 entries/)
    assert.equal(overview.summary().registries.handlers?.distribution, 'skewed')
    assert.ok(overview.summary().recommendations.every((one) => /^(handlers|plugins): /.test(one)))
  })

  it('tells how full a registry is at the borders of each step', () => {
    const utilisation = () => overview.summary().registries.handlers?.utilisation
    const seen: Record<number, unknown> = { 0: utilisation() }
    for (let n = 1; n <= 51; n++) {
      handlers.register(task(`task_${n}`))
      if ([1, 5, 6, 20, 21, 50, 51].includes(n)) seen[n] = utilisation()
    }
    assert.deepEqual(seen, {
      0: 'empty',
      1: 'low',
      5: 'low',
      6: 'medium',
      20: 'medium',
      21: 'high',
      50: 'high',
      51: 'very_high',
    })
  })

  it('finds registries by name, health and number of entries', () => {
    handlers.register(task('refund'))
    plugins.register({ name: 'graphql', version: '1.0.0', dependsOn: ['http'] })
    const found = (conditions: Parameters<RegistryOverview['find']>[0]) => Object.keys(overview.find(conditions))
    assert.deepEqual(found({}), ['handlers', 'plugins'])
    assert.deepEqual(found({ name: /PLUG/i }), ['plugins'])
    assert.deepEqual(found({ isHealthy: true }), ['handlers'])
    assert.deepEqual(found({ minEntries: 2 }), [])
  })
})
