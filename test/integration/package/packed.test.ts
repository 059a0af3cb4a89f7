import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { installPacked, type PackedTarball, packCheckout } from '../../support/docs/packed-project.js'
import { emptyFolder, run, writeReadmeFiles } from '../../support/docs/readme-project.js'

const manifest = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'))
const { typebox } = manifest.dependencies
const { typescript, '@types/node': nodeTypes } = manifest.devDependencies

describe('the packed package', function () {
  this.timeout(600_000)

  let folder: string
  let tarball: PackedTarball

  before(async () => {
    folder = await emptyFolder()
    tarball = await packCheckout(folder)
    const others = [`typebox@${typebox}`, `typescript@${typescript}`, `@types/node@${nodeTypes}`]
    await installPacked(folder, tarball.file, others)
    await writeReadmeFiles(folder)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const tasker = (...args: string[]) => run(folder, join(folder, 'node_modules/.bin/tasker'), args)
  const tsc = (project: string) => run(folder, join(folder, 'node_modules/.bin/tsc'), ['-p', project])

  /** What an import from the project comes to: the exported names, or the code of the error. */
  const imported = async (specifier: string) => {
    const program = `import(${JSON.stringify(specifier)}).then((m) => Object.keys(m), (e) => e.code).then((r) => console.log(JSON.stringify(r)))`
    const { stdout, stderr } = await run(folder, process.execPath, ['--input-type=module', '--eval', program])
    assert.notEqual(stdout, '', stderr)
    return JSON.parse(stdout) as string | string[]
  }

  it('holds what it needs', () => {
    const needed = [
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
      ...['core/cli/tasker.cjs', 'core/cli/check-node.cjs', 'dist/core/cli/main.js'],
      ...['dist/core/index.js', 'dist/core/index.d.ts'],
      ...['csv', 'json', 'ndjson'].map((format) => `dist/exporters/${format}/index.d.ts`),
      ...['logging', 'progress'].map((name) => `dist/subscribers/${name}/index.js`),
    ]
    assert.deepEqual(
      needed.filter((path) => !tarball.paths.includes(path)),
      [],
    )
    const images = tarball.paths.filter((path) => path.endsWith('.tar.gz'))
    assert.deepEqual(images, [
      `dist/core/persistence/embedded/image-${manifest.dependencies['@electric-sql/pglite']}.tar.gz`,
    ])
  })

  it('has the types of every script that it holds, and every file that its exports and its command name', () => {
    const scripts = tarball.paths.filter((path) => path.endsWith('.js'))
    assert(scripts.length > 200)
    assert.deepEqual(
      scripts.filter((path) => !tarball.paths.includes(path.replace(/\.js$/, '.d.ts'))),
      [],
    )
    const named = [manifest.exports, manifest.bin].flatMap(pathsIn).filter((path) => !path.includes('*'))
    assert.deepEqual(
      named.filter((path) => !tarball.paths.includes(path.replace(/^\.\//, ''))),
      [],
    )
  })

  it('holds no tests, benchmarks, examples, sources or maps of sources that are not there', () => {
    const superfluous =
      /(^|\/)(test|bench|examples|docs)\/|^(core|exporters|plugins|subscribers)\/.*(?<!\.d)\.ts$|\.map$/
    assert.deepEqual(
      tarball.paths.filter((path) => superfluous.test(path)),
      [],
    )
  })

  it('takes the code of the README as it stands, under a strict compiler that checks declarations, too', async () => {
    const { code, stdout } = await tsc('.')
    assert.equal(code, 0, stdout)
  })

  it('takes it without decorators and without the switches for them', async () => {
    const settings = JSON.parse((await readFile(join(folder, 'tsconfig.json'), 'utf8')).replace(/^\/\/.*\n/, ''))
    const { experimentalDecorators, emitDecoratorMetadata, ...plain } = settings.compilerOptions
    assert.deepEqual([experimentalDecorators, emitDecoratorMetadata], [true, true])
    const project = { compilerOptions: plain, exclude: ['subscribers/audit.subscriber.ts', 'node_modules'] }
    await writeFile(join(folder, 'tsconfig.plain.json'), JSON.stringify(project))
    const { code, stdout } = await tsc('tsconfig.plain.json')
    assert.equal(code, 0, stdout)
  })

  it('runs the program of the README, which completes its task and exports its steps', async () => {
    const { code, stdout, stderr } = await run(folder, process.execPath, ['main.ts'], { TASKER_LOG_LEVEL: 'info' })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^complete /)
    assert.match(stderr, /"tookMs":\d+,"msg":"task\.completed"/, 'the subscriber with decorators')
    assert.match(
      await readFile(join(folder, 'steps.tsv'), 'utf8'),
      /^name\tstate\tattempts\terror\nreserve\tcomplete\t1\t\n/,
    )
    assert(existsSync(join(folder, '.tasker/db')))
  })

  it('runs the commands of the README, which find what the README writes and refuse nothing', async () => {
    const ran = await tasker('run', 'orders/ship_order', '--context', '{"orderId": 0}')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /ship_order needs somebody/, 'the subscriber without decorators')
    for (const [kind, names] of Object.entries(written)) {
      const { code, stdout, stderr } = await tasker(kind, 'list', '--json')
      assert.equal(code, 0, stderr)
      for (const name of names) assert(stdout.includes(name), `${kind} list has no ${name}:\n${stdout}`)
      assert.doesNotMatch(stdout, /"problems": \[\s*"/)
    }
    const exported = await tasker('export', 'steps', '--format', 'csv')
    assert.match(exported.stdout, /^id,/)
  })

  it('opens at its doors', async () => {
    const doors = {
      tasker: 'createTasker',
      'tasker/exporters/csv': 'csvExporter',
      'tasker/testing': 'createTestTasker',
    }
    for (const [door, name] of Object.entries(doors)) assert((await imported(door)).includes(name), door)
  })

  it('does not open anywhere else', async () => {
    const deep = [
      'tasker/core/kernel/tasker.js',
      'tasker/dist/core/index.js',
      'tasker/dist/core/kernel/create-tasker.js',
      'tasker/plugins/nothing',
      'tasker/plugins/',
      'tasker/exporters/csv/csv-exporter.js',
      'tasker/exporters/csv/index.js',
      'tasker/subscribers/../core/index.js',
    ]
    for (const specifier of deep) assert.match(String(await imported(specifier)), /^ERR_/, specifier)
  })
})

const written = {
  handlers: ['ship_order'],
  subscribers: ['pager', 'audit'],
  exporters: ['tsv'],
  plugins: ['backlog'],
}

/** The paths in a part of package.json, at any depth. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : []
}
