import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommandLine } from '../../../core/cli/run-command-line.js'
import { exporterFiles } from '../../../core/cli/scaffold/generate/exporter-files.js'
import { handlerFiles } from '../../../core/cli/scaffold/generate/handler-files.js'
import { pluginFiles } from '../../../core/cli/scaffold/generate/plugin-files.js'
import { subscriberFiles } from '../../../core/cli/scaffold/generate/subscriber-files.js'
import { taskYamlFiles } from '../../../core/cli/scaffold/generate/task-yaml-files.js'
import type { ScaffoldFile } from '../../../core/cli/scaffold/scaffold-file.js'
import { writeNewFiles } from '../../../core/cli/scaffold/write-new-files.js'
import { checkout } from '../../support/docs/generated-section.js'
import { type Ending, run } from '../../support/docs/readme-project.js'
import { fakeTerminal } from '../../unit/cli/fake-terminal.js'
import { LinkedProject } from './linked-project.js'

describe('tasker generate', function () {
  this.timeout(300_000)
  let project: LinkedProject

  before(async () => {
    project = await LinkedProject.create('--no-docker')
    // Its own tests run with those of tasker init.
    await rm(join(project.folder, 'test'), { recursive: true })
    await project.edit('tasker.config.ts', (config) =>
      config.replace(
        "  logging: { level: 'warn' },",
        `  logging: { level: 'warn' },\n  customEvents: { 'order.paid': { durable: true }, 'order.seen': {} },`,
      ),
    )
  })

  after(() => project.remove())

  /** In this process, which is quicker than a process for each call. */
  async function call(...args: readonly string[]): Promise<Ending> {
    const terminal = fakeTerminal()
    const config = join(project.folder, 'tasker.config.ts')
    const code = await runCommandLine(['generate', ...args, '--config', config], terminal, '0.0.0')
    return { code, stdout: terminal.output(), stderr: terminal.errors() }
  }

  function writtenBy({ code, stdout, stderr }: Ending): readonly string[] {
    assert.equal(code, 0, stderr)
    const { files } = JSON.parse(stdout) as { readonly files: readonly string[] }
    for (const file of files) assert(existsSync(join(project.folder, file)), file)
    return files
  }

  const description = 'Takes an order back; it\'s a "return".'
  const cases: readonly (readonly [args: readonly string[], files: readonly string[]])[] = [
    [
      ['handler', 'orders/return_order', '--steps', 'receive,take-back,delete', '--description', description],
      ['handlers/orders/return-order.task.ts', 'test/orders/return-order.test.ts'],
    ],
    [
      ['handler', 'simple'],
      ['handlers/default/simple.task.ts', 'test/default/simple.test.ts'],
    ],
    [
      ['handler', 'payments.delete@2.0.0', '--steps', 'load,take-back,delete', '--description', description, '--yaml'],
      ['handlers/payments/delete.task.yaml', 'handlers/payments/delete-steps.ts', 'test/payments/delete.test.ts'],
    ],
    [
      ['subscriber', 'pager'],
      ['subscribers/pager.subscriber.ts', 'test/pager.subscriber.test.ts'],
    ],
    [
      ['subscriber', 'everything', '--events', '*,order.seen,task.*'],
      ['subscribers/everything.subscriber.ts', 'test/everything.subscriber.test.ts'],
    ],
    [
      ['subscriber', 'orders', '--events', 'order.*'],
      ['subscribers/orders.subscriber.ts', 'test/orders.subscriber.test.ts'],
    ],
    [
      ['subscriber', 'test', '--events', 'step.failed', '--durable'],
      ['subscribers/test.subscriber.ts', 'test/test.subscriber.test.ts'],
    ],
    [
      ['subscriber', 'ledger', '--events', 'task.*,order.*', '--durable'],
      ['subscribers/ledger.subscriber.ts', 'test/ledger.subscriber.test.ts'],
    ],
    [
      ['exporter', 'xml'],
      ['exporters/xml.exporter.ts', 'test/xml.exporter.test.ts'],
    ],
    [
      ['exporter', 'MarkDown', '--format', 'md,markdown'],
      ['exporters/mark-down.exporter.ts', 'test/mark-down.exporter.test.ts'],
    ],
    [
      ['plugin', 'backlog'],
      ['plugins/backlog.plugin.ts', 'test/backlog.plugin.test.ts'],
    ],
  ]

  it('writes what it says, into the folders that the configuration names', async () => {
    for (const [args, files] of cases) assert.deepEqual(writtenBy(await call(...args, '--json')), files, args.join(' '))
  })

  it('writes TypeScript that compiles under strict settings, also under the names that its files use themselves', async () => {
    const files = await underTheirOwnWords()
    assert(files.length > 100)
    await writeNewFiles(project.folder, files)
    const { code, stdout } = await project.compile()
    await rm(join(project.folder, 'words'), { recursive: true })
    assert.equal(code, 0, stdout)
  })

  /** Of each kind, one for each word of its files; in a folder of their own, where nobody finds them. */
  async function underTheirOwnWords(): Promise<readonly ScaffoldFile[]> {
    const task = { namespace: 'ns', name: 'a', version: '1.0.0', description: 'a', steps: ['first', 'second'] }
    const custom = { customEvents: [{ name: 'order.paid', durable: true }] }
    const writers: Readonly<Record<string, (name: string, folder: string) => readonly ScaffoldFile[]>> = {
      handler: (name, folder) => [
        ...handlerFiles({ ...task, name }, folder),
        ...taskYamlFiles({ ...task, namespace: 'yaml', name, steps: [name, 'second'] }, folder),
      ],
      subscriber: (name, folder) => [
        ...subscriberFiles({ name, patterns: ['*'], durable: true, ...custom }, folder),
        ...subscriberFiles({ name: `${name}_1`, patterns: ['task.*'], durable: false, ...custom }, folder),
      ],
      exporter: (name, folder) => exporterFiles({ name, formats: ['abc'] }, folder),
      plugin: pluginFiles,
    }
    const files: ScaffoldFile[] = []
    for (const [kind, write] of Object.entries(writers)) {
      const words = new Set(['undefined', 'globalThis'])
      for (const [, paths] of cases.filter(([[first]]) => first === kind))
        for (const path of paths)
          for (const [word] of (await readFile(join(project.folder, path), 'utf8')).matchAll(/\b[a-z]\w+/g))
            words.add(word)
      const written = [...words].flatMap((word) => write(word, kind))
      files.push(
        ...written.map(({ path, content }) => ({ path: `words/${path.replace('test/', `test-${kind}/`)}`, content })),
      )
    }
    return [...new Map(files.map((file) => [file.path, file])).values()]
  }

  it('writes it as it is written here: formatted, and without anything that a linter finds', async () => {
    const written = cases.flatMap(([, files]) => files).filter((file) => file.endsWith('.ts'))
    const paths = written.map((file) => join(project.folder, file))
    const biome = join(checkout, 'node_modules/.bin/biome')
    const options = ['--config-path', checkout, '--vcs-enabled=false', '--colors=off']
    const { code, stdout, stderr } = await run(checkout, biome, ['check', ...options, ...paths])
    assert.equal(code, 0, stdout + stderr)
  })

  it('writes tests that pass, all of them in one project', async () => {
    const { code, stdout } = await project.test()
    assert.equal(code, 0, stdout)
    const tests = cases.length + 3 + 2 // two each of three handlers, two each of two durable subscribers
    assert.match(stdout, new RegExp(`pass ${tests}\\n`))
  })

  it('writes what the project then finds and runs', async () => {
    const { code, stdout, stderr } = await project.tasker(
      'run',
      'payments/delete@2',
      '--context',
      '{"id": 7}',
      '--json',
    )
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout).steps.at(-1).results, { id: 7 })
    for (const kind of ['handlers', 'subscribers', 'exporters', 'plugins']) {
      const listed = await project.tasker(kind, 'list', '--json')
      assert.equal(listed.code, 0, listed.stderr)
      assert.doesNotMatch(listed.stdout, /"problems": \[\s*"/)
    }
  })

  it('does what docs/starting.md says', async () => {
    const document = await readFile(join(checkout, 'docs/starting.md'), 'utf8')
    const commands = [...document.matchAll(/^\$ npx tasker generate (.*)$/gm)].map(([, line]) => line!)
    assert(commands.length >= 6)
    const fresh = await LinkedProject.create('--no-docker', '--skip-tests')
    try {
      for (const command of commands.filter((line) => line !== 'config')) {
        const { code, stderr } = await fresh.tasker('generate', ...command.replaceAll("'", '').split(' '))
        assert.equal(code, 0, `${command}: ${stderr}`)
      }
      const { code, stdout } = await fresh.compile()
      assert.equal(code, 0, stdout)
    } finally {
      await fresh.remove()
    }
  })

  it('never overwrites: nothing is written where one of the files exists', async () => {
    await rm(join(project.folder, 'test/backlog.plugin.test.ts'))
    const before = await readFile(join(project.folder, 'plugins/backlog.plugin.ts'), 'utf8')
    const { code, stderr } = await call('plugin', 'backlog')
    assert.equal(code, 2)
    assert.match(stderr, /plugins\/backlog\.plugin\.ts/)
    assert.doesNotMatch(stderr, /backlog\.plugin\.test/)
    assert.equal(existsSync(join(project.folder, 'test/backlog.plugin.test.ts')), false)
    assert.equal(await readFile(join(project.folder, 'plugins/backlog.plugin.ts'), 'utf8'), before)
  })

  it('writes nothing with --dry-run', async () => {
    const { code, stdout } = await call('plugin', 'later', '--dry-run')
    assert.equal(code, 0)
    assert.match(stdout, /^Would write:\n {2}plugins\/later\.plugin\.ts\n {2}test\/later\.plugin\.test\.ts\n$/)
    assert.equal(existsSync(join(project.folder, 'plugins/later.plugin.ts')), false)
  })

  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['handler', 'a/b/c'], /more than a namespace and a name/],
    [['handler', 'orders/1st'], /a letter, then letters, digits/],
    [['handler', 'orders/x', '--version', '1.0'], /1\.0/],
    [['handler', 'orders/x@1.0.0', '--version', '2.0.0'], /--version: the task is named with another version/],
    [['handler', 'orders/x', '--steps', 'load,Charge'], /lower-case letter/],
    [['handler', 'orders/x', '--steps', 'load,load'], /"load" stands there twice/],
    [['handler', 'orders/x', '--steps', 'take-back,take_back', '--yaml'], /the function takeBack[\s\S]*without --yaml/],
    [['subscriber', 'x', '--events', 'task.complete'], /Did you mean "task\.completed"/],
    [['subscriber', 'x', '--events', 'order.lost'], /no event "order\.lost"[\s\S]*customEvents/],
    [['subscriber', 'x', '--events', 'order.seen', '--durable'], /nothing of order\.seen is in the log/],
    [['subscriber', 'logging'], /subscriber logging is there already, from built in tasker@/],
    [['exporter', 'csv'], /exporter csv is there already, from built in tasker@/],
    [['exporter', 'mine', '--format', 'CSV'], /--format: csv is served by the exporter csv already/],
    [['plugin', 'graphile-worker'], /plugin graphile-worker is there already, from built in tasker@/],
    [['handler', 'payments/delete@2.0.0'], /exists? already/],
    [['subscriber', '../x'], /no subscriber can be named so/],
    [['exporter', 'x', '--format', 'a b'], /no format can be named so/],
    [['config', '../tasker.config.ts'], /no configuration is named so/],
  ]
  it('refuses what cannot be meant, says why, and writes nothing', async () => {
    const before = await readdir(project.folder, { recursive: true })
    for (const [args, message] of refused) {
      const { code, stderr } = await call(...args)
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, message)
    }
    assert.deepEqual(await readdir(project.folder, { recursive: true }), before)
  })

  it('says how to name a folder where the configuration names none, and makes a configuration that does', async () => {
    await rm(join(project.folder, 'tasker.config.ts'))
    // The next configuration does not have the events of these.
    for (const name of ['everything', 'orders', 'ledger'])
      await rm(join(project.folder, `subscribers/${name}.subscriber.ts`))
    const { code, stderr } = await project.tasker('generate', 'exporter', 'late')
    assert.equal(code, 2)
    assert.match(stderr, /names no folder for exporters/)
    assert.match(stderr, /exporters: \['\.\/exporters'\][\s\S]*tasker generate config/)
    await rm(join(project.folder, 'exporters'), { recursive: true })
    const files = writtenBy(await project.tasker('generate', 'config', '--json'))
    assert.deepEqual(files, ['tasker.config.ts', 'exporters/.gitkeep', 'test/tasker.config.test.ts'])
    const late = writtenBy(await project.tasker('generate', 'exporter', 'late', '--json'))
    assert.deepEqual(late, ['exporters/late.exporter.ts', 'test/late.exporter.test.ts'])
    const tested = await project.test('test/tasker.config.test.ts')
    assert.equal(tested.code, 0, tested.stdout)
  })
})
