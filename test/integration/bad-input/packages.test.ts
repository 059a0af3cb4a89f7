import assert from 'node:assert/strict'
import { createTasker, defineSubscriber, defineTask, type Tasker, type TaskerEvent } from '../../../core/index.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError, keepingLogger } from './bad-project.js'

const manifest = (name: string, tasker: unknown): string =>
  JSON.stringify({ name, version: '1.2.3', type: 'module', tasker })

const packages: Readonly<Record<string, string>> = {
  'acme-throws/package.json': manifest('acme-throws', { plugins: './plugin.js' }),
  'acme-throws/plugin.js': "throw new Error('acme needs a licence')\n",
  'acme-gone/package.json': manifest('acme-gone', { exporters: './gone.js' }),
  'acme-entry/package.json': manifest('acme-entry', { plugin: './plugin.js' }),
  'acme-nothing/package.json': manifest('acme-nothing', { subscribers: './nothing.js' }),
  'acme-nothing/nothing.js': 'export const nothing = 1\n',
  'acme-shape/package.json': manifest('acme-shape', { plugins: './plugin.js' }),
  'acme-shape/plugin.js': "export const plugin = { name: 'shape', setup() {} }\n",
  'acme-torn/package.json': '{ "name": "acme-torn", ',
}

/** What the refusal of each package says, and in which registry it stands. */
const refusals = [
  ['plugins', 'acme-throws@1.2.3', /acme-throws\/plugin\.js could not be loaded: acme needs a licence/],
  ['exporters', 'acme-gone@1.2.3', /acme-gone\/gone\.js could not be loaded: there is no such file/],
  ['plugins', 'acme-entry@1.2.3', /"tasker" entry in the package\.json of acme-entry .* Received "plugin"/],
  ['subscribers', 'acme-nothing@1.2.3', /nothing\.js exports nothing that can be registered/],
  ['plugins', 'acme-shape@1.2.3', /`version` must be a version/],
  ['plugins', 'acme-torn', /acme-torn\/package\.json cannot be read/],
] as const

const ping = defineTask({ name: 'ping' }).step('answer', async () => 'pong')

describe('A package that cannot be used', () => {
  const log = keepingLogger()
  const heard: TaskerEvent<'registry.validation_failed'>[] = []
  let project: ProjectOnDisk
  let tasker: Tasker

  before(async () => {
    const dependencies = Object.fromEntries(Object.keys(packages).map((path) => [path.split('/')[0], '^1.0.0']))
    const installed = Object.entries(packages).map(([path, content]) => [`node_modules/${path}`, content])
    project = await ProjectOnDisk.with({
      'package.json': JSON.stringify({ name: 'shop', dependencies }),
      ...Object.fromEntries(installed),
    })
    const listener = defineSubscriber({
      name: 'refusals',
      on: { 'registry.validation_failed': (event) => void heard.push(event) },
    })
    const config = { database: { path: ':memory:' }, handlers: [ping], subscribers: [listener] }
    tasker = await createTasker(config, { cwd: project.directory, logger: log })
    await tasker.start()
  })
  after(async () => {
    await tasker?.stop()
    await project[Symbol.asyncDispose]()
  })

  for (const [registry, place, says] of refusals) {
    it(`is contained: ${place} stands among the refusals of the ${registry}, with its reason`, () => {
      const found = tasker[registry].refusals().filter(({ origin }) => origin.place === place)
      assert.equal(found.length, 1)
      assert.equal(found[0]!.origin.kind, 'package')
      assert.match(found[0]!.problems.join('\n'), says)
    })
  }

  it('is in the log once, in one clear line of level error', () => {
    for (const [, place, says] of refusals) {
      const lines = log.lines.filter(({ message }) => message.includes(place))
      assert.deepEqual(
        lines.map(({ level }) => level),
        ['error'],
      )
      assert.match(lines[0]!.message, /^(plugin|exporter|subscriber) of package acme-\w+(@1\.2\.3)? was left out: /)
      assert.match(lines[0]!.message, says)
    }
    assert.equal(log.lines.length, refusals.length)
  })

  it('is published once, to subscribers that were found after it', () => {
    const origins = heard.map(({ payload }) => payload.origin)
    assert.deepEqual(origins.toSorted(), refusals.map(([, place]) => `package ${place}`).toSorted())
  })

  it('keeps nobody from working', async () => {
    const done = await tasker.tasks.wait(await tasker.tasks.create(ping), { timeoutMs: 5_000 })
    assert.equal(done.state, 'complete')
  })
})

describe('A project', () => {
  it('that names a package which brings nothing of the kind is refused', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { database: { path: ':memory:' }, plugins: ['left-pad'] }",
      'node_modules/left-pad/package.json': '{ "name": "left-pad", "version": "1.0.0" }',
    })
    const error = await bootError(project)
    assert.equal(error.code, 'PACKAGE_BRINGS_NOTHING')
    assert.match(error.message, /left-pad under plugins, and it brings none.*Take it out of plugins/)
  })

  it('whose own package.json is torn is told so', async () => {
    await using project = await ProjectOnDisk.with({
      'tasker.config.ts': "export default { database: { path: ':memory:' } }",
      'package.json': '{ "name": ',
    })
    const error = await bootError(project)
    assert.equal(error.code, 'PACKAGE_FILE_INVALID')
    assert.ok(error.message.startsWith(`${project.path('package.json')} cannot be read`))
  })

  it('gives options to the plugin of a direct dependency by naming the package', async () => {
    const plugin = [
      "import { definePlugin } from 'tasker'",
      "export const mail = definePlugin({ name: 'mail', version: '1.0.0', setup: (_, options) => options })",
    ].join('\n')
    await using project = await ProjectOnDisk.with({
      'package.json': '{ "name": "shop", "dependencies": { "acme-mail": "^1.0.0" } }',
      'node_modules/acme-mail/package.json': manifest('acme-mail', { plugins: './plugin.ts' }),
      'node_modules/acme-mail/plugin.ts': plugin,
    })
    const config = {
      database: { path: ':memory:' },
      plugins: [{ use: 'acme-mail', options: { from: 'shop@acme.test' } }],
    }
    await using tasker = await createTasker(config, { cwd: project.directory, logger: keepingLogger() })
    assert.deepEqual(tasker.plugins.refusals(), [])
    assert.deepEqual(tasker.plugins.require('mail' as string), { from: 'shop@acme.test' })
  })
})
