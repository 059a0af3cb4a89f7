import assert from 'node:assert/strict'
import { createTasker, defineTask, type Tasker } from '../../../core/index.js'
import { run } from '../../support/docs/readme-project.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { keepingLogger } from '../bad-input/bad-project.js'
import { taskerBin } from '../cli/cli-project.js'

const packageJson = (name: string, rest: object) => JSON.stringify({ name, version: '1.2.3', type: 'module', ...rest })

const exporter = (name: string, format: string) => `
import { defineExporter } from 'tasker'
export const exporter = defineExporter({
  name: '${name}', formats: ['${format}'], contentType: 'text/plain', fileExtension: '${format}',
  async *export(records) { for await (const record of records) yield JSON.stringify(record) },
})`

const plugin = (name: string) => `
import { definePlugin } from 'tasker'
export const plugin = definePlugin({ name: '${name}', version: '2.0.0', setup: () => '${name}' })`

/** Packages as npm puts them, none of which the project names anywhere but in its dependencies. */
const packages: Readonly<Record<string, string>> = {
  'tasker-exporter-xyz/package.json': packageJson('tasker-exporter-xyz', {
    peerDependencies: { tasker: '>=0.1.0 <2' },
    tasker: { exporters: './exporter.js' },
  }),
  'tasker-exporter-xyz/exporter.js': exporter('xyz', 'xyz'),
  '@acme/tasker-mail/package.json': packageJson('@acme/tasker-mail', {
    tasker: { plugins: './plugin.js', exporters: './exporter.js' },
  }),
  '@acme/tasker-mail/plugin.js': plugin('mail'),
  '@acme/tasker-mail/exporter.js': exporter('eml', 'eml'),
  'tasker-exporter-next/package.json': packageJson('tasker-exporter-next', {
    peerDependencies: { tasker: '^99.0.0' },
    tasker: { exporters: './exporter.js', plugins: './plugin.js' },
  }),
  // Would end the process if it were loaded.
  'tasker-exporter-next/exporter.js': 'process.exit(3)',
  'tasker-exporter-next/plugin.js': 'process.exit(3)',
}

const project = (settings: object) =>
  ProjectOnDisk.with({
    'package.json': JSON.stringify({
      name: 'shop',
      dependencies: { 'tasker-exporter-xyz': '^1', '@acme/tasker-mail': '^1', 'tasker-exporter-next': '^1' },
    }),
    'tasker.config.ts': `export default ${JSON.stringify(settings)}`,
    ...Object.fromEntries(Object.entries(packages).map(([path, content]) => [`node_modules/${path}`, content])),
  })

const looked = (directory: string, log = keepingLogger()): Promise<Tasker> =>
  createTasker(undefined, { cwd: directory, withoutDatabase: true, logger: log, onRefusal: 'collect' })

describe('An installed package', () => {
  let shop: ProjectOnDisk
  before(async () => {
    shop = await project({})
  })
  after(() => shop[Symbol.asyncDispose]())

  const list = async (kind: string, env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout, stderr } = await run(
      shop.directory,
      process.execPath,
      [taskerBin, kind, 'list', '--json'],
      env,
    )
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as { name: string; [fact: string]: unknown }[]
  }

  it('makes its format available, and the list says from where, in which version, for which Tasker', async () => {
    const found = (await list('exporters')).find(({ name }) => name === 'xyz')!
    assert.deepEqual(
      [found.origin, found.package, found.packageVersion, found.worksWith, found.refused],
      ['package tasker-exporter-xyz@1.2.3', 'tasker-exporter-xyz', '1.2.3', '>=0.1.0 <2', false],
    )
  })

  it('that is made for another Tasker is refused where it would have stood, without being loaded', async () => {
    for (const kind of ['exporters', 'plugins']) {
      const refused = (await list(kind)).filter(({ refused, kind: what }) => refused && what !== 'package')
      assert.deepEqual(
        refused.map(({ package: from, packageVersion, worksWith }) => [from, packageVersion, worksWith]),
        [['tasker-exporter-next', '1.2.3', '^99.0.0']],
      )
      assert.match(
        String(refused[0]!.problems),
        /tasker-exporter-next@1\.2\.3 does not work with this version of Tasker\. Expected tasker \^99\.0\.0.*Received tasker \d.*npm install/,
      )
    }
  })

  it('stands under the packages of `plugins list`, with what it brings and what became of it', async () => {
    const rows = (await list('plugins')).filter(({ kind }) => kind === 'package')
    assert.deepEqual(
      rows.map(({ name, version, worksWith, brings, state }) => [name, version, worksWith, brings, state]),
      [
        ['tasker-exporter-xyz', '1.2.3', '>=0.1.0 <2', ['exporters'], 'joined'],
        ['@acme/tasker-mail', '1.2.3', null, ['plugins', 'exporters'], 'joined'],
        ['tasker-exporter-next', '1.2.3', '^99.0.0', ['exporters', 'plugins'], 'refused'],
      ],
    )
    const { stdout } = await run(shop.directory, process.execPath, [taskerBin, 'plugins', 'list'])
    assert.match(stdout, /\npackages\nPACKAGE +VERSION +WORKS WITH +BRINGS +STATE\n/)
    assert.match(stdout, /\n@acme\/tasker-mail +1\.2\.3 +does not say +plugins, exporters +joined\n/)
    assert.match(
      stdout,
      /\n1 refused\n {2}package tasker-exporter-next@1\.2\.3\n {4}tasker-exporter-next@1\.2\.3 does not work with/,
    )
  })

  it('is disabled as a whole by its name, from the environment as well', async () => {
    const env = { TASKER_DISABLE: '@acme/tasker-mail, package:tasker-exporter-next' }
    const rows = (await list('plugins', env)).filter(({ kind }) => kind === 'package')
    assert.deepEqual(
      rows.map(({ name, state }) => [name, state]),
      [
        ['tasker-exporter-xyz', 'joined'],
        ['@acme/tasker-mail', 'disabled'],
        ['tasker-exporter-next', 'disabled'],
      ],
    )
    assert(!(await list('exporters', env)).some(({ name }) => name === 'eml'))
  })
})

describe('What is named in discovery.disable', () => {
  const task = (name: string, version: string) =>
    defineTask({ namespace: 'payments', name, version }).step('one', async () => 1)

  it('is left out and listed, whatever kind it is: a name alone, or the name of one kind', async () => {
    await using shop = await project({ discovery: { disable: ['mail', 'exporter:xyz'] } })
    await using tasker = await looked(shop.directory)
    assert.deepEqual(
      tasker.registries.disabled().map(({ kind, name, disabledBy }) => [kind, name, disabledBy]),
      [
        ['exporter', 'xyz', 'exporter:xyz'],
        ['plugin', 'mail', 'mail'],
      ],
    )
    assert.equal(tasker.plugins.has('mail'), false)
    assert.deepEqual([tasker.exporters.has('xyz'), tasker.exporters.has('eml')], [false, true])
    const { stdout } = await run(shop.directory, process.execPath, [taskerBin, 'plugins', 'list'])
    assert.match(
      stdout,
      /\n1 disabled\n {2}mail \(package @acme\/tasker-mail@1\.2\.3\), by "mail" in discovery\.disable\n/,
    )
  })

  it('may be tasks, all versions of one or those of a range', async () => {
    const handlers = [task('refund', '1.0.0'), task('refund', '2.0.0'), task('charge', '1.0.0')]
    const left = async (disable: string[]) => {
      const log = keepingLogger()
      await using tasker = await createTasker(
        { handlers, discovery: { disable } },
        { withoutDatabase: true, logger: log },
      )
      return tasker.handlers.keys()
    }
    assert.deepEqual(await left(['payments.refund']), ['payments.charge@1.0.0'])
    assert.deepEqual(await left(['payments/refund@^1']), ['payments.refund@2.0.0', 'payments.charge@1.0.0'])
    assert.deepEqual(await left(['handler:payments.charge', 'refund']), [
      'payments.refund@1.0.0',
      'payments.refund@2.0.0',
    ])
  })

  it('and is not there is told of, with what may have been meant', async () => {
    await using shop = await project({ discovery: { disable: ['mial'] } })
    const log = keepingLogger()
    await using tasker = await looked(shop.directory, log)
    assert.equal(tasker.plugins.has('mail'), true)
    const said = log.lines.map(({ message }) => message).filter((message) => message.includes('mial'))
    assert.deepEqual(said, ['discovery.disable names "mial", and nothing of that name was found; did you mean "mail"?'])
  })
})
