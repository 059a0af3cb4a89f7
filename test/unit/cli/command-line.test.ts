import assert from 'node:assert/strict'
import type { Command } from 'commander'
import { createProgram } from '../../../core/cli/program.js'
import { runCommandLine } from '../../../core/cli/run-command-line.js'
import { Session } from '../../../core/cli/session.js'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.js'

async function call(argv: readonly string[], terminal: FakeTerminal = fakeTerminal()) {
  const code = await runCommandLine(argv, terminal, '1.2.3')
  return { code, output: terminal.output(), errors: terminal.errors() }
}

/** `tasks`, `tasks create` … */
function pathsOf(command: Command, above: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()]
    return [path.join(' '), ...pathsOf(each, path)]
  })
}

const commands = [
  ...['run', 'start', 'tasks create', 'tasks list', 'tasks show', 'tasks cancel', 'tasks resolve', 'tasks retry'],
  ...['tasks pause', 'tasks resume', 'tasks pauses', 'tasks update', 'tasks annotate', 'tasks rerun', 'steps skip'],
  ...['namespaces list', 'namespaces create', 'namespaces update', 'namespaces pause', 'namespaces resume'],
  ...['steps show', 'steps cancel', 'steps resolve', 'steps retry', 'events list', 'events show', 'events tail'],
  ...['export', 'handlers list', 'subscribers list', 'exporters list', 'plugins list', 'graph'],
  ...['config print', 'config check', 'db migrate', 'db status', 'db retention', 'verify', 'init'],
  ...['generate handler', 'generate subscriber', 'generate exporter', 'generate plugin', 'generate config'],
]

describe('cli: the command line', () => {
  it('says its version', async () => {
    assert.deepEqual(await call(['--version']), { code: 0, output: '1.2.3\n', errors: '' })
  })

  it('names every command in its help', async () => {
    const { code, output } = await call(['--help'])
    assert.equal(code, 0)
    const names = new Set([...commands.map((command) => command.split(' ')[0]!), 'generate', 'init'])
    for (const name of names) assert.match(output, new RegExp(`^ {2}${name}\\b`, 'm'), name)
  })

  it('explains each command with an example, groups included', async () => {
    const program = createProgram(new Session(fakeTerminal()), '1.2.3')
    const paths = pathsOf(program)
    assert.ok(paths.length > commands.length + 10, paths.join(', '))
    for (const path of paths) {
      const { code, output } = await call([...path.split(' '), '--help'])
      assert.equal(code, 0, path)
      assert.match(output, new RegExp(`Examples?[^\n]*:\n {2}\\$ .*tasker ${path.split(' ')[0]}\\b`), path)
    }
  })

  it('has no options that would have no effect', async () => {
    for (const command of ['run', 'tasks create']) {
      const { output } = await call([...command.split(' '), '--help'])
      assert.doesNotMatch(output, /--concurrency-key/)
      const { code, errors } = await call([...command.split(' '), 'a/b', '--concurrency-key', 'x'])
      assert.equal(code, 2)
      assert.match(errors, /unknown option '--concurrency-key'/)
    }
  })

  for (const command of commands) {
    it(`explains "${command}" with an example`, async () => {
      const { code, output } = await call([...command.split(' '), '--help'])
      assert.equal(code, 0)
      assert.match(output, new RegExp(`^Usage: tasker ${command}`))
      assert.match(output, /Examples?:\n {2}\$ .*tasker /)
    })
  }

  it('proposes the nearest command for an unknown one, at every depth', async () => {
    const top = await call(['taskz'])
    assert.equal(top.code, 2)
    assert.equal(top.output, '')
    assert.match(top.errors, /^error: unknown command 'taskz'\n\(Did you mean tasks\?\)/)
    assert.match((await call(['tasks', 'lst'])).errors, /Did you mean list\?/)
  })

  it('refuses unknown options and missing arguments as wrong calls', async () => {
    for (const argv of [
      ['run'],
      ['tasks', 'list', '--stat', 'error'],
      ['tasks', 'show'],
      ['config', 'check', 'more'],
      ['tasks'],
      [],
    ]) {
      const { code, output, errors } = await call(argv)
      assert.equal(code, 2, argv.join(' '))
      assert.equal(output, '', argv.join(' '))
      assert.notEqual(errors, '', argv.join(' '))
    }
  })

  it('refuses values that an option cannot have, before anything is opened', async () => {
    const wrong = [
      ['tasks', 'list', '--state', 'done'],
      ['tasks', 'list', '--limit', '0'],
      ['tasks', 'show', '4711', '--json'],
      ['steps', 'show', '0197c0de-0000-7000-8000-000000000001'],
      ['run', 'a/b/c'],
      ['run', 'a/b', '--context', '{'],
      ['graph', 'a/b', '--format', 'png'],
      ['export', 'nothing', '--format', 'csv'],
      ['export', 'tasks'],
    ]
    for (const argv of wrong) {
      const { code, output, errors } = await call(argv)
      assert.equal(code, 2, `${argv.join(' ')}: ${errors}`)
      assert.equal(output, '')
      assert.match(errors, /^error: /)
    }
  })

  it('takes its global options before and after the command, and --version of a command as its own', async () => {
    const missing = /The configuration file .*nowhere\.ts does not exist/
    for (const argv of [
      ['--config', '/nowhere.ts', 'config', 'check'],
      ['config', '--config', '/nowhere.ts', 'check'],
      ['config', 'check', '--config', '/nowhere.ts'],
      ['tasks', 'list', '--version', '1.0.0', '--config', '/nowhere.ts'],
    ]) {
      const { code, errors } = await call(argv)
      assert.equal(code, 2)
      assert.match(errors, missing)
    }
  })

  it('tells where an error comes from with --verbose only', async () => {
    assert.doesNotMatch((await call(['tasks', 'show', 'x'])).errors, /INVALID_ARGUMENT/)
    assert.match((await call(['tasks', 'show', 'x', '--verbose'])).errors, /code: INVALID_ARGUMENT[\s\S]*\n\s+at /)
  })

  it('colours errors on a terminal, unless it is told not to', async () => {
    const red = '\u001b[31m'
    const wrong = ['tasks', 'show', 'x']
    assert.ok((await call(wrong, fakeTerminal({ isTTY: true }))).errors.includes(red))
    assert.ok(!(await call(wrong, fakeTerminal())).errors.includes(red))
    assert.ok(!(await call([...wrong, '--no-color'], fakeTerminal({ isTTY: true }))).errors.includes(red))
    const noColor = fakeTerminal({ isTTY: true, environment: { NO_COLOR: '1' } })
    assert.ok(!(await call(wrong, noColor)).errors.includes(red))
  })
})
