import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { runCommandLine } from '../../../../core/cli/run-command-line.js'
import { templates } from '../../../../core/cli/scaffold/template-catalogue.js'
import { checkout } from '../../../support/docs/generated-section.js'
import { fakeTerminal } from '../fake-terminal.js'

describe('cli: tasker init', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-init-'))
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function init(...args: string[]) {
    const terminal = fakeTerminal()
    const code = await runCommandLine(['init', ...args], terminal, '1.2.3')
    return { code, output: terminal.output(), errors: terminal.errors() }
  }

  const app = (name = 'my-app') => join(folder, name)

  it('writes a project, names it as its folder, and says what to do next', async () => {
    const { code, output } = await init(app('corner-shop'), '--tasker', '^0.1.0')
    assert.equal(code, 0)
    assert.match(output, /^Wrote \d+ files to .*corner-shop:\n/)
    assert.match(output, /Next:\n\n {2}cd .*corner-shop\n {2}npm install && npm test\n {2}npm start\n$/)
    const manifest = JSON.parse(await readFile(join(app('corner-shop'), 'package.json'), 'utf8'))
    assert.equal(manifest.name, 'corner-shop')
    assert.equal(manifest.dependencies.tasker, '^0.1.0')
    assert.match(await readFile(join(app('corner-shop'), 'README.md'), 'utf8'), /^# corner-shop\n/)
    assert(existsSync(join(app('corner-shop'), '.gitignore')))
  })

  it('says how to enter a folder whose name a shell would read as something else', async () => {
    const odd = app(`it's $HOME & wörk`)
    const { code, output } = await init(odd, '--name', 'odd', '--tasker', '^0.1.0')
    assert.equal(code, 0)
    const [, enter] = /Next:\n\n {2}(cd .*)\n/.exec(output) ?? []
    if (process.platform === 'win32') return assert.match(enter!, /^cd ".*"$/)
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `${enter} && ls package.json`])
    assert.equal(stdout, 'package.json\n')
  })

  it('prints one document with --json, and writes nothing with --dry-run', async () => {
    const { code, output } = await init(app(), '--json', '--dry-run')
    assert.equal(code, 0)
    const document = JSON.parse(output)
    assert.deepEqual(Object.keys(document), ['folder', 'name', 'template', 'tasker', 'dryRun', 'files', 'next'])
    assert.equal(document.template, 'starter')
    assert.equal(document.dryRun, true)
    assert.equal(existsSync(app()), false)
    const written = JSON.parse((await init(app(), '--json')).output)
    const entries = await readdir(app(), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    assert.deepEqual(files.map((file) => file.slice(app().length + 1)).sort(), [...written.files].sort())
    assert.deepEqual(written.files, document.files)
  })

  it('takes a folder that holds nothing but .git', async () => {
    await mkdir(join(app(), '.git'), { recursive: true })
    assert.equal((await init(app())).code, 0)
  })

  it('refuses a folder with anything else, lists it, and leaves all as it was', async () => {
    await mkdir(app())
    await writeFile(join(app(), 'notes.txt'), 'mine')
    const { code, errors } = await init(app())
    assert.equal(code, 2)
    assert.match(errors, /is not empty, so no project is made there/)
    assert.match(errors, /notes\.txt/)
    assert.deepEqual(await readdir(app()), ['notes.txt'])
  })

  it('refuses a file of that name', async () => {
    await writeFile(app(), 'mine')
    const { code, errors } = await init(app())
    assert.equal(code, 2)
    assert.match(errors, /a file of that name/)
  })

  const refused: Readonly<Record<string, RegExp>> = {
    'My Shop': /--name my-shop/,
    _shop: /--name shop/,
    tasker: /--name tasker-app/,
    fs: /--name fs-app/,
    ['x'.repeat(215)]: /it has 215 characters/,
  }
  for (const [name, message] of Object.entries(refused)) {
    it(`refuses the name ${name.slice(0, 20)}, and proposes one`, async () => {
      const { code, errors } = await init(app(), '--name', name)
      assert.equal(code, 2)
      assert.match(errors, message)
      assert.equal(existsSync(app()), false)
    })
  }

  it('takes another name than that of the folder, with a scope as well', async () => {
    assert.equal((await init(app('My Shop'), '--name', '@acme/shop')).code, 0)
    const manifest = JSON.parse(await readFile(join(app('My Shop'), 'package.json'), 'utf8'))
    assert.equal(manifest.name, '@acme/shop')
  })

  it('refuses a template that is not there, and lists those that are', async () => {
    const { code, errors } = await init(app(), '--template', 'order-procesing')
    assert.equal(code, 2)
    assert.match(errors, /order-processing/)
    for (const { name } of templates) assert(errors.includes(name), name)
  })

  it('leaves Docker and tests out when told to', async () => {
    const { output } = await init(app(), '--no-docker', '--skip-tests', '--json')
    const { files } = JSON.parse(output) as { files: string[] }
    assert.deepEqual(
      files.filter((file) => /docker|compose|^test\//i.test(file)),
      [],
    )
    const { scripts } = JSON.parse(await readFile(join(app(), 'package.json'), 'utf8'))
    assert.equal(scripts.test, 'tsc')
  })

  it('depends on this checkout where it runs from one, and copies a tarball that it is given', async () => {
    assert.equal(JSON.parse((await init(app(), '--json')).output).tasker, `file:${checkout.replace(/\/$/, '')}`)
    const tarball = join(folder, 'tasker-9.9.9.tgz')
    await writeFile(tarball, 'a tarball')
    assert.equal(JSON.parse((await init(app('other'), '--tasker', tarball, '--json')).output).tasker, copied)
    assert.equal(await readFile(join(app('other'), 'vendor/tasker-9.9.9.tgz'), 'utf8'), 'a tarball')
    assert.match(await readFile(join(app('other'), 'Dockerfile'), 'utf8'), /^COPY vendor \.\/vendor\nRUN npm ci/m)
  })
  const copied = 'file:vendor/tasker-9.9.9.tgz'

  it('refuses a tarball that is not there', async () => {
    const { code, errors } = await init(app(), '--tasker', './nothing.tgz')
    assert.equal(code, 2)
    assert.match(errors, /--tasker: nothing is there/)
  })

  it('asks nothing where no person is, and says how to name the folder', async () => {
    const { code, errors } = await init()
    assert.equal(code, 2)
    assert.match(errors, /tasker init my-app/)
  })

  it('asks a person for what was not said, again where the answer cannot be meant', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const terminal = { ...fakeTerminal({ isTTY: true }), stdin }
    const dialogue: readonly (readonly [question: RegExp, answer: string])[] = [
      [/Folder \(my-app\): /, app('Not A Name')],
      [/--name not-a-name[\s\S]*Folder \(my-app\): /, app('shop')],
      [/Template: .*order-processing.* \(starter\): /, ''],
      [/y or n \(y\): /, 'n'],
    ]
    let answered = 0
    let read = 0
    terminal.stderr.on('data', () => {
      const [question, answer] = dialogue[answered] ?? []
      if (question === undefined || !question.test(terminal.errors().slice(read))) return
      answered += 1
      read = terminal.errors().length
      stdin.write(`${answer}\n`)
    })
    const code = await runCommandLine(['init'], terminal, '1.2.3')
    assert.equal(code, 0, terminal.errors())
    assert(existsSync(join(app('shop'), 'package.json')))
    assert.equal(existsSync(join(app('shop'), 'Dockerfile')), false)
  })

  it('writes nothing when the person leaves', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const terminal = { ...fakeTerminal({ isTTY: true }), stdin }
    terminal.stderr.once('data', () => stdin.end())
    assert.equal(await runCommandLine(['init'], terminal, '1.2.3'), 1)
    assert.match(terminal.errors(), /nothing was written/)
  })

  it('writes Docker files that can be read: a worker that waits for its database', async () => {
    await init(app())
    const { services, volumes } = parse(await readFile(join(app(), 'compose.yaml'), 'utf8'))
    assert.deepEqual(Object.keys(services), ['database', 'worker'])
    assert.match(services.database.image, /^postgres:/)
    assert.deepEqual(services.worker.depends_on, { database: { condition: 'service_healthy' } })
    assert.match(services.worker.environment.DATABASE_URL, /@database:5432\/tasker$/)
    assert.deepEqual(Object.keys(volumes), ['database'])
    const lines = (await readFile(join(app(), 'Dockerfile'), 'utf8')).split('\n')
    const instructions = lines.filter((line) => line !== '' && !line.startsWith('#'))
    for (const line of instructions) assert.match(line, /^(FROM|ENV|WORKDIR|COPY|RUN|USER|CMD) \S/)
    // WORKDIR makes a folder that belongs to root, where the worker could write neither exports nor a database.
    const order = ['WORKDIR /app', 'RUN chown node /app', 'USER node'].map((line) => instructions.indexOf(line))
    assert(order[0]! >= 0 && order[0]! < order[1]! && order[1]! < order[2]!, instructions.join('\n'))
    // The server that initdb starts listens on its socket alone.
    assert.match(services.database.healthcheck.test[1], /^pg_isready --host 127\.0\.0\.1 /)
    assert.deepEqual(JSON.parse(instructions.at(-1)!.replace(/^CMD /, '')), ['node_modules/.bin/tasker', 'start'])
    assert.deepEqual(
      lines.filter((line) => /vendor|installed from a file/.test(line)),
      [],
    )
  })
})
