import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import { configInputSchema, settingsSchema } from '../../../core/config/config-schema.js'
import type { ConfigSource } from '../../../core/config/define-config.js'
import { resolveConfig } from '../../../core/config/resolve-config.js'
import { ConfigurationInvalidError } from '../../../core/errors/configuration-errors.js'
import { defineEvent } from '../../../core/events/custom-event.js'

async function refusal(config: unknown, variables: Record<string, string> = {}): Promise<ConfigurationInvalidError> {
  try {
    await resolveConfig(config as ConfigSource, { variables })
  } catch (error) {
    assert.ok(error instanceof ConfigurationInvalidError, String(error))
    return error
  }
  return assert.fail('the configuration was accepted')
}

async function onlyProblem(config: unknown, variables?: Record<string, string>) {
  const { problems } = await refusal(config, variables)
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 2))
  return problems[0]!
}

describe('The check of a configuration', () => {
  it('has a schema that is valid JSON Schema', () => {
    const ajv = new Ajv({ strict: true, keywords: ['entry'] })
    for (const schema of [settingsSchema, configInputSchema]) assert.doesNotThrow(() => ajv.compile(schema))
  })

  it('names every problem at once, with path, expectation and what was found', async () => {
    const error = await refusal({
      execution: { concurrentTasks: '50', sweepIntervalMs: 90_000 },
      backoff: { jitter: 2 },
      logging: { level: 'loud' },
    })
    assert.equal(error.code, 'CONFIGURATION_INVALID')
    assert.equal(
      error.message,
      [
        'The configuration has 4 problems:',
        '  execution.concurrentTasks (argument): expected an integer from 1, received the text "50". Write it without quotes: 50.',
        '  execution.sweepIntervalMs (argument): expected an integer from 1 to 60000, received the number 90000.',
        '  backoff.jitter (argument): expected a number from 0 to 1, received the number 2.',
        '  logging.level (argument): expected one of "trace", "debug", "info", "warn", "error", "fatal", "silent", received the text "loud".',
      ].join('\n'),
    )
  })

  it('names the nearest valid key and all valid keys for an unknown one', async () => {
    const problem = await onlyProblem({ execution: { concurentTasks: 5 } })
    assert.equal(problem.path, 'execution.concurentTasks')
    assert.match(problem.wayOut ?? '', /^Did you mean "concurrentTasks"\? Valid keys: concurrentTasks, /)
    const top = await onlyProblem({ subscriber: ['./subscribers'] })
    assert.match(top.wayOut ?? '', /^Did you mean "subscribers"\?.*environments\.$/)
  })

  it('knows where a key belongs that stands in the wrong place', async () => {
    const { wayOut } = await onlyProblem({ concurrentTasks: 5 })
    assert.match(wayOut ?? '', /^Did you mean "execution.concurrentTasks"\?/)
  })

  it('proposes nothing for a key that is near to none', async () => {
    const { wayOut } = await onlyProblem({ telemetry: {} })
    assert.match(wayOut ?? '', /^Valid keys: database, handlers, /)
  })

  it('checks all overlays, also those of other environments', async () => {
    const { path } = await onlyProblem({ environments: { staging: { boot: { timeoutMs: 0 } } } })
    assert.equal(path, 'environments.staging.boot.timeoutMs')
    assert.match(
      (await onlyProblem({ environments: { a: { environments: {} } } })).path,
      /^environments\.a\.environments$/,
    )
  })

  it('checks environment variables and names them', async () => {
    const problem = await onlyProblem({}, { TASKER_LOG_LEVEL: 'verbose' })
    assert.deepEqual([problem.path, problem.source], ['logging.level', 'TASKER_LOG_LEVEL'])
  })

  it('masks secrets in what it found', async () => {
    const url = await onlyProblem({ database: { url: 'mysql://root:hunter2/x@db/shop' } })
    assert.equal(url.received, 'the text "mysql://root:[FILTERED]@db/shop"')
    assert.equal((await onlyProblem({ apiToken: 'hunter2' })).received, 'the text "[FILTERED]"')
    const nested = await onlyProblem({ database: { pasword: 1, ssl: undefined }, plugins: [] })
    assert.equal(nested.received, 'the number 1')
    const deep = await refusal({ mail: { password: 'hunter2', url: 'smtp://me:hunter2@mail' } })
    assert.doesNotMatch(`${deep.message} ${JSON.stringify(deep.details)}`, /hunter2/)
  })

  it('accepts texts and values of code in the four lists, and nothing else', async () => {
    class Audit {}
    const plugin = { name: 'mail', version: '1.0.0', setup() {} }
    await resolveConfig({
      handlers: ['./handlers'],
      subscribers: ['./subscribers', Audit],
      plugins: [
        'mail-plugin',
        plugin as never,
        { use: 'mail-plugin', options: { from: 'x' } },
        { use: plugin as never },
      ],
    })
    const { problems } = await refusal({
      handlers: [3, '  '],
      subscribers: [null],
      exporters: './exporters',
      plugins: [{ use: 'x', option: {} }, { use: 'x', options: 'y' }, {}],
    })
    assert.deepEqual(
      problems.map(({ path, expected }) => [path, expected]),
      [
        ['handlers[0]', 'a text (folder, file or package) or a value'],
        ['handlers[1]', 'a text (folder, file or package) or a value'],
        ['subscribers[0]', 'a text (folder, file or package) or a value'],
        ['exporters', 'a list of entries, each a text (folder, file or package) or a value'],
        ['plugins[0]', 'a text (folder, file or package), a plugin, or { use, options }'],
        ['plugins[1]', 'a text (folder, file or package), a plugin, or { use, options }'],
        ['plugins[2]', 'a text (folder, file or package), a plugin, or { use, options }'],
      ],
    )
  })

  it('says what a plugin entry is, and which word was meant', async () => {
    const hint = async (entry: unknown) => {
      const { path, expected, wayOut } = await onlyProblem({ plugins: [entry] })
      assert.equal(path, 'plugins[0]')
      assert.equal(expected, 'a text (folder, file or package), a plugin, or { use, options }')
      return wayOut
    }
    assert.equal(await hint({ plugin: './p.ts', options: {} }), 'Did you mean "use" instead of "plugin"?')
    assert.equal(await hint({ use: './p.ts', option: {} }), 'Did you mean "options" instead of "option"?')
    assert.equal(await hint({ version: '1.0.0', setup() {} }), 'A plugin needs a "name".')
    assert.equal(await hint({ options: {} }), undefined)
    assert.equal(await hint({ use: { path: './p.ts' } }), undefined)
  })

  it('says one thing about a setting that may be of several kinds', async () => {
    const packages = await onlyProblem({ discovery: { packages: 'all' } })
    assert.deepEqual([packages.path, packages.expected], ['discovery.packages', 'true or false or a list of texts'])
    assert.equal((await onlyProblem({ discovery: { packages: ['a', 7] } })).path, 'discovery.packages[1]')
    assert.equal((await onlyProblem({ database: { ssl: { cer: 'x' } } })).path, 'database.ssl.cer')
  })

  it('takes custom events by name or as descriptors, and checks both', async () => {
    await resolveConfig({ customEvents: { 'order.fulfilled': { durable: true, schema: { type: 'object' } } } })
    const descriptor = defineEvent('order.fulfilled')
    const { values } = await resolveConfig({ customEvents: [descriptor] })
    assert.equal((values.customEvents as unknown[])[0], descriptor)

    const unknown = await onlyProblem({ customEvents: { 'order.fulfilled': { durabel: true } } })
    assert.equal(unknown.path, 'customEvents["order.fulfilled"].durabel')
    assert.match(unknown.wayOut ?? '', /Did you mean "durable"\?/)
    assert.equal((await onlyProblem({ customEvents: { 'task.mine': {} } })).path, 'customEvents["task.mine"]')
    assert.equal((await onlyProblem({ customEvents: [{ name: 'order.fulfilled' }] })).path, 'customEvents[0]')
    const overlay = await onlyProblem({ environments: { test: { customEvents: { nodot: {} } } } })
    assert.equal(overlay.path, 'environments.test.customEvents.nodot')
  })

  it('refuses settings that contradict each other', async () => {
    const problem = await onlyProblem({ execution: { leaseMs: 1500 } })
    assert.deepEqual(
      [problem.path, problem.expected],
      ['execution.heartbeatIntervalMs', 'at most 750, half of leaseMs'],
    )
  })

  it('refuses limits of steps that name no system', async () => {
    const problem = await onlyProblem({ dependentSystems: { unknown: { concurrency: 1 } } })
    assert.deepEqual([problem.path, problem.expected], ['dependentSystems.unknown', 'the name of a system'])
  })

  it('checks the limits of dependent systems', async () => {
    const problem = await onlyProblem({ dependentSystems: { gateway: { rate: { limit: 0, perMs: 1000 } } } })
    assert.equal(problem.path, 'dependentSystems.gateway.rate.limit')
  })

  it('refuses what is not a configuration at all', async () => {
    for (const config of [null, 'text', 42, [], new Map(), async () => undefined]) {
      assert.match((await onlyProblem(config)).expected, /^an object, a function that returns one/)
    }
  })

  it('survives a value that contains itself', async () => {
    const circle: Record<string, unknown> = {}
    circle.circle = circle
    assert.equal((await onlyProblem({ worker: circle })).path, 'worker.circle')
  })
})
