import assert from 'node:assert/strict'
import { checkout } from '../../support/docs/generated-section.js'
import { type Ending, run } from '../../support/docs/readme-project.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'

/** Files of packages that a project depends on; what they need of Tasker is plain data, as it is of any plugin. */
const packages: Readonly<Record<string, string>> = {
  'hangs-at-import': `setInterval(() => {}, 1000); await new Promise(() => {})`,
  'waits-for-the-next': `
    await (globalThis.gate ??= Promise.withResolvers()).promise
    export const plugin = { name: 'waits', version: '1.0.0', setup() {} }`,
  'is-the-next': `
    (globalThis.gate ??= Promise.withResolvers()).resolve()
    export const plugin = { name: 'next', version: '1.0.0', setup() {} }`,
  'strays-at-import': `
    Promise.reject(new Error('no key'))
    setTimeout(() => { throw new Error('no clock') }, 1)
    export const plugin = { name: 'strays', version: '1.0.0', setup: () => {} }`,
  'strays-in-vain': `
    Promise.reject(Object.create(null))
    const error = new Error('x')
    Object.defineProperty(error, 'message', { get() { throw new Error('trap') } })
    Promise.reject(error)
    Promise.reject(new Proxy({}, { get() { throw new Error('trap') }, getPrototypeOf() { throw new Error('trap') } }))
    export const exporter = { name: 'vain', formats: ['vain'], contentType: 'a/b', fileExtension: 'vain', async *export() {} }`,
  'leaves-timers': `
    setInterval(() => {}, 1000)
    await new Promise((resolve) => setTimeout(resolve, 1)) // Has fired: not left.
    export const plugin = {
      name: 'timers', version: '1.0.0', setup() { clearTimeout(setTimeout(() => {}, 60_000)) }, stop() { setInterval(() => {}, 1000) },
    }`,
  'replaces-the-house': `export const plugin = {
    name: 'replaces', version: '1.0.0',
    setup({ handlers }) {
      handlers.register(evil, { replace: true })
    },
  }
  import { defineTask } from 'tasker'
  const evil = defineTask({ namespace: 'house', name: 'invoice' }).step('only', async () => 'stolen')`,
  'swaps-and-fails': `export const plugin = {
    name: 'swaps', version: '1.0.0',
    setup({ exporters }) {
      exporters.register(
        { name: 'csv', formats: ['csv'], contentType: 'a/b', fileExtension: 'csv', async *export() {} },
        { replace: true },
      )
      throw Object.create(null)
    },
  }`,
  'hides-the-house': `export const plugin = {
    name: 'hides', version: '1.0.0',
    setup({ health, events, hooks }) {
      health.register('database', () => ({ isHealthy: false, message: 'mine' }))
      events.on('step.completed', () => new Promise(() => {}))
      hooks.add('aroundStepExecute', async () => {})
    },
    start({ health } = {}) {},
  }`,
}

const program = (config: object, then: string) => `
  import { createTasker, defineTask } from ${JSON.stringify(`${checkout}/dist/core/index.js`)}
  const said = []
  const log = { debug() {}, info() {}, warn: (_, text) => said.push(text), error: (_, text) => said.push(text), child: () => log }
  const invoice = defineTask({ namespace: 'house', name: 'invoice' })
    .step('load', async () => ({ total: 10 }))
    .step('send', { dependsOn: ['load'] }, async ({ results }) => results.load.total)
  const tasker = await createTasker({ handlers: [invoice], ...${JSON.stringify(config)} }, { logger: log, environment: 'production' })
  ${then}`

const project = (files: Readonly<Record<string, string>>) =>
  ProjectOnDisk.with({
    'package.json': JSON.stringify({
      dependencies: Object.fromEntries(Object.keys(files).map((name) => [name, '^1'])),
    }),
    ...Object.fromEntries(
      Object.entries(files).flatMap(([name, content]) => {
        const kind = content.includes('export const exporter') ? 'exporters' : 'plugins'
        const manifest = { name, version: '1.0.0', type: 'module', tasker: { [kind]: './index.js' } }
        return [
          [`node_modules/${name}/package.json`, JSON.stringify(manifest)],
          [`node_modules/${name}/index.js`, content],
        ]
      }),
    ),
  })

interface Report {
  readonly tasks: readonly unknown[]
  readonly plugins: Readonly<Record<string, { state: string; paused: readonly string[]; failures: number }>>
  readonly packages: Readonly<Record<string, string>>
  readonly refusals: Readonly<Record<string, string>>
  readonly checks: Readonly<Record<string, { isHealthy: boolean; message?: string }>>
  readonly csv: string
  readonly said: readonly string[]
}

const settings = {
  database: { path: ':memory:' },
  boot: { timeoutMs: 1_000, stopTimeoutMs: 1_000 },
  events: { handlerTimeoutMs: 50, circuitBreaker: { failures: 3, cooldownMs: 60_000 } },
}

const report = `
  await tasker.start()
  const run = async () => tasker.tasks.wait(await tasker.tasks.create(invoice), { timeoutMs: 60_000 })
  const ended = [await run(), await run(), await run()]
  await new Promise((resolve) => setTimeout(resolve, 200))
  const { checks } = await tasker.health.check()
  const csv = tasker.exporters.entry('csv').origin.kind
  const plugins = Object.fromEntries(tasker.plugins.statuses().map((status) => [status.name, status]))
  await tasker.stop()
  console.log(JSON.stringify({
    tasks: ended.map(({ state, steps }) => [state, steps.map(({ attempts, results }) => [attempts, results])]),
    plugins, csv, checks, said,
    packages: Object.fromEntries(tasker.registries.packages().map(({ name, state }) => [name, state])),
    refusals: Object.fromEntries(tasker.registries.refusals().map(({ subject, problems }) => [subject, problems.join()])),
  }))`

describe('Packages that misbehave while they are loaded, and take what is not theirs', function () {
  this.timeout(120_000)
  let ending: Ending
  let found: Report

  before(async () => {
    await using shop = await project(packages)
    ending = await run(shop.directory, process.execPath, ['--input-type=module', '--eval', program(settings, report)])
    assert.equal(ending.code, 0, ending.stderr)
    found = JSON.parse(ending.stdout)
  })

  it('leave the tasks of the house untouched, and the process to end by itself', () => {
    const untouched = [
      'complete',
      [
        [1, { total: 10 }],
        [1, 10],
      ],
    ]
    assert.deepEqual(found.tasks, [untouched, untouched, untouched])
  })

  it('are refused where they are not loaded in time, and hold up no other', () => {
    assert.match(
      found.refusals['hangs-at-import@1.0.0']!,
      /hangs-at-import.index\.js could not be loaded: it has not ended within 1000 ms/,
    )
    assert.equal(found.packages['hangs-at-import'], 'refused')
    for (const other of ['leaves-timers', 'waits-for-the-next', 'is-the-next'])
      assert.equal(found.packages[other], 'joined', other)
    assert.match(found.checks.registries!.message!, /hangs-at-import/)
  })

  it('are blamed for what they leave behind at that, also for what cannot be made a text', () => {
    assert(found.plugins.strays!.failures >= 1)
    assert(found.said.some((text) => text.endsWith('left an error behind that nobody awaits: no clock')))
    const vain = found.said.filter((text) => text.startsWith('package strays-in-vain@1.0.0 left an error behind'))
    assert(
      vain.some((text) => text.endsWith('something without a message (object)')),
      found.said.join('\n'),
    )
  })

  it('are told of timers that they have left, and of no other, and these are ended', () => {
    const told = found.said.filter((text) => text.includes('timers running'))
    assert.deepEqual(told.toSorted(), [
      'package hangs-at-import@1.0.0 left 1 timers running after its stop; they were ended',
      'package leaves-timers@1.0.0 left 1 timers running after its stop; they were ended',
      'plugin timers left 1 timers running after its stop; they were ended',
    ])
  })

  it('replace nothing that the project itself names', () => {
    assert.match(
      found.refusals['house.invoice@0.1.0']!,
      /already registered from configuration handlers\[0\], which it may not/,
    )
    assert.equal(found.plugins.replaces!.state, 'failed')
  })

  it('give back what they have replaced, when they are switched off', () => {
    assert.equal(found.plugins.swaps!.state, 'failed')
    assert.equal(found.csv, 'built_in')
    assert.match(found.refusals.swaps!, /failed in its setup: something without a message \(object\)/)
  })

  it('keep no check of the house from being asked, no step from its handler, and nobody waiting for their listeners', () => {
    assert.equal(found.checks.database!.isHealthy, true)
    assert.deepEqual(found.checks['database (hides)'], { isHealthy: false, message: 'mine' })
    assert.deepEqual(found.plugins.hides!.paused, ['hook aroundStepExecute', 'listener hides'])
    assert.match(found.checks.plugins!.message!, /plugin hides: switched off for now: hook aroundStepExecute/)
  })
})

describe('A package that ends the process', function () {
  this.timeout(60_000)

  const endings: Readonly<Record<string, readonly [string, RegExp]>> = {
    'while it is loaded': [
      'process.exit(7)',
      /package ends@1\.0\.0 ends the process: It ended the process with exit code 7/,
    ],
    'in its setup': [
      `export const plugin = { name: 'ends', version: '1.0.0', setup() { process.exit(7) } }`,
      /plugin ends ends the process: It ended the process with exit code 7/,
    ],
  }
  for (const [when, [content, expected]] of Object.entries(endings)) {
    it(`${when} is named`, async () => {
      await using shop = await project({ ends: content })
      const config = { logging: { level: 'error', format: 'json' } }
      const code = program(config, 'await tasker.stop()').replace('logger: log', 'withoutDatabase: true')
      const { code: exitCode, stderr } = await run(shop.directory, process.execPath, [
        '--input-type=module',
        '--eval',
        code,
      ])
      assert.equal(exitCode, 7)
      assert.match(stderr, expected)
    })
  }

  it('is not the one in whose project the process ends by itself, or at the word of the program', async () => {
    await using shop = await project({ well: `export const plugin = { name: 'well', version: '1.0.0', setup() {} }` })
    const config = { logging: { level: 'error', format: 'json' } }
    for (const then of ['', 'setTimeout(() => process.exit(), 1)']) {
      const code = program(config, then).replace('logger: log', 'withoutDatabase: true')
      const { stderr } = await run(shop.directory, process.execPath, ['--input-type=module', '--eval', code])
      assert.equal(stderr, '')
    }
  })
})
