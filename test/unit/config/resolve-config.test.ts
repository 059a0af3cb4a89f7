import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { configKeys } from '../../../core/config/config-keys.js'
import { defineConfig } from '../../../core/config/define-config.js'
import { resolveConfig } from '../../../core/config/resolve-config.js'
import { defaultFilterParameters } from '../../../core/events/masking.js'

const variables = {}

describe('resolveConfig', () => {
  it('fills an empty configuration with the documented defaults', async () => {
    const { values, environment, mode, sources, file } = await resolveConfig({}, { cwd: '/srv/shop', variables })
    assert.deepEqual(values, {
      database: {
        path: resolve('/srv/shop/.tasker/db'),
        schema: 'tasker',
        poolSize: 10,
        connectTimeoutMs: 10_000,
        queryTimeoutMs: 30_000,
        waitAtBootMs: 0,
      },
      handlers: [],
      subscribers: [],
      exporters: [],
      plugins: [],
      log: { upkeep: true, upkeepIntervalMs: 600_000 },
      retention: { batchSize: 200 },
      discovery: { packages: true, disable: [] },
      execution: {
        concurrentTasks: 200,
        concurrentStepsPerTask: 16,
        sharedConcurrency: 1,
        defaultTimeoutMs: 600_000,
        timeoutGraceMs: 5000,
        maxResultBytes: 8_388_608,
        maxContextBytes: 8_388_608,
        drainTimeoutMs: 30_000,
        pollIntervalMs: 250,
        sweepIntervalMs: 15_000,
        leaseMs: 4000,
        deafAfterMs: 30_000,
        heartbeatIntervalMs: 1000,
      },
      backoff: { delaysMs: [1000, 2000, 4000, 8000, 16_000, 32_000], maxMs: 300_000, jitter: 0.1 },
      dependentSystems: {},
      events: {
        validatePayloads: true,
        queueSize: 1000,
        handlerTimeoutMs: 30_000,
        blocking: { limitMs: 100, times: 5, withinMs: 60_000 },
        circuitBreaker: { failures: 5, cooldownMs: 30_000 },
      },
      customEvents: {},
      logging: { level: 'info', format: 'json', destination: 'stderr' },
      definitions: { onChange: 'replace' },
      schedules: {},
      subscriptions: {
        shards: 16,
        concurrency: 16,
        lookIntervalMs: 250,
        maxHeldTasks: 1000,
        expireAfterMs: 604_800_000,
        drainTimeoutMs: 10_000,
        retry: { limit: 20, delaysMs: [1000], maxMs: 300_000, jitter: 0.1 },
      },
      exports: { leaseMs: 5000, schedules: {} },
      identity: { strategy: 'none', windowMs: 60_000 },
      filter: { parameters: [...defaultFilterParameters], mask: '[FILTERED]' },
      metrics: { enabled: true, snapshotIntervalMs: 30_000 },
      boot: { timeoutMs: 30_000, stopTimeoutMs: 10_000, requiredPlugins: [] },
      hooks: { timeoutMs: 10_000 },
      health: { timeoutMs: 5_000 },
      worker: { heartbeatThread: true },
    })
    assert.deepEqual([environment, mode, file, sources], ['development', 'development', undefined, {}])
  })

  it('describes every key of the schema, and gives the defaults that the description of the schema states', async () => {
    const { values } = await resolveConfig({}, { variables })
    for (const { path, description, default: stated } of configKeys) {
      assert.match(description, /\.$/, `${path} has no description`)
      if (stated === undefined || path === 'database.path') continue
      const found = path.split('.').reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], values)
      assert.deepEqual(found, stated, path)
    }
  })

  it('validates payloads unless the mode is production, or the configuration says so', async () => {
    const check = async (environment: string, config = {}) =>
      (await resolveConfig(config, { environment, variables })).values.events.validatePayloads
    assert.deepEqual([await check('development'), await check('test'), await check('production')], [true, true, false])
    assert.equal(await check('production', { events: { validatePayloads: true } }), true)
  })

  it('takes the environment from TASKER_ENV, else NODE_ENV, else development', async () => {
    const of = async (given: Record<string, string>) => {
      const { environment, mode } = await resolveConfig({}, { variables: given })
      return `${environment} ${mode}`
    }
    assert.equal(await of({ TASKER_ENV: 'staging', NODE_ENV: 'test' }), 'staging test')
    assert.equal(await of({ TASKER_ENV: 'staging' }), 'staging production')
    assert.equal(await of({ TASKER_ENV: '', NODE_ENV: 'production' }), 'production production')
  })

  it('lays the overlay of the environment over the rest: objects merge, lists are replaced', async () => {
    const config = defineConfig({
      execution: { concurrentTasks: 10, pollIntervalMs: 100 },
      discovery: { disable: ['a', 'b'] },
      environments: {
        production: { execution: { concurrentTasks: 200 }, discovery: { disable: ['c'] } },
        test: { execution: { concurrentTasks: 1 } },
      },
    })
    const { values, sources } = await resolveConfig(config, { environment: 'production', variables })
    assert.equal(values.execution.concurrentTasks, 200)
    assert.equal(values.execution.pollIntervalMs, 100)
    assert.deepEqual(values.discovery.disable, ['c'])
    assert.equal('environments' in values, false)
    assert.deepEqual(sources, {
      'execution.concurrentTasks': 'argument, environments.production',
      'execution.pollIntervalMs': 'argument',
      'discovery.disable': 'argument, environments.production',
    })
  })

  it('accepts a function, a promise of an object and a promise of a function', async () => {
    const byEnv = defineConfig(({ env, environment, mode }) => ({
      worker: { name: `${env.HOSTNAME}-${environment}-${mode}` },
    }))
    const options = { environment: 'test', variables: { HOSTNAME: 'node-1' } }
    assert.equal((await resolveConfig(byEnv, options)).values.worker.name, 'node-1-test-test')
    const later = defineConfig(async () => ({ worker: { name: 'later' } }))
    assert.equal((await resolveConfig(later, options)).values.worker.name, 'later')
    assert.equal((await resolveConfig(Promise.resolve({ worker: { name: 'p' } }), options)).values.worker.name, 'p')
    assert.equal((await resolveConfig(Promise.resolve(byEnv), options)).values.worker.name, 'node-1-test-test')
  })

  it('treats undefined as not given, so that an absent DATABASE_URL means embedded', async () => {
    const { values } = await resolveConfig({ database: { url: undefined }, plugins: undefined }, { variables })
    assert.equal('url' in values.database, false)
    assert.deepEqual(values.plugins, [])
  })

  it('lets what is given in code win over environment variables, and overrides over both', async () => {
    const options = { variables: { TASKER_LOG_LEVEL: 'debug', TASKER_DATABASE_URL: 'postgres://server/shop' } }
    const given = await resolveConfig({ logging: { level: 'warn' } }, options)
    assert.equal(given.values.logging.level, 'warn')
    assert.equal(given.values.database.url, 'postgres://server/shop')
    assert.equal(given.sources['database.url'], 'TASKER_DATABASE_URL')
    const over = await resolveConfig(
      { logging: { level: 'warn' } },
      { ...options, overrides: { logging: { level: 'error' } } },
    )
    assert.equal(over.values.logging.level, 'error')
  })

  it('lets a database path given in code win over a server named by a variable', async () => {
    const options = { variables: { TASKER_DATABASE_URL: 'postgres://server/shop' } }
    const { values, sources } = await resolveConfig({ database: { path: ':memory:' } }, options)
    assert.deepEqual([values.database.url, values.database.path], [undefined, ':memory:'])
    assert.equal('database.url' in sources, false)
  })

  it('makes the paths of the database and the log absolute', async () => {
    const config = { database: { path: 'data' }, logging: { destination: 'logs/tasker.log' } }
    const { values } = await resolveConfig(config, { cwd: '/srv/shop', variables })
    assert.equal(values.database.path, resolve('/srv/shop/data'))
    assert.equal(values.logging.destination, resolve('/srv/shop/logs/tasker.log'))
  })

  it('gives values of code through as they are, and freezes all settings around them', async () => {
    class Audit {}
    const plugin = { name: 'mail', version: '1.0.0', state: { sent: 0 } }
    const given = { subscribers: [Audit], plugins: [{ use: plugin, options: { from: 'a@b.example' } }] }
    const { values } = await resolveConfig(given, { variables })
    assert.equal(values.subscribers[0], Audit)
    assert.equal((values.plugins[0] as { use: unknown }).use, plugin)
    for (const object of [
      values,
      values.execution,
      values.events.circuitBreaker,
      values.plugins,
      values.filter.parameters,
    ])
      assert.ok(Object.isFrozen(object))
    assert.ok(!Object.isFrozen(plugin.state) && !Object.isFrozen(given.plugins) && !Object.isFrozen(Audit))
  })
})
