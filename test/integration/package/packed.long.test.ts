import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { installPacked, packCheckout } from '../../support/docs/packed-project.js'
import { emptyFolder, run, tsc, writeReadmeFiles } from '../../support/docs/readme-project.js'

const manifest = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'))
const { typebox } = manifest.dependencies

describe('the packed package, installed', function () {
  this.timeout(600_000)

  let folder: string

  before(async () => {
    folder = await emptyFolder()
    const { file } = await packCheckout(folder)
    await installPacked(folder, file, [`typebox@${typebox}`])
    // Of the checkout: to install a compiler would take longer than all else here.
    await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
    await rm(join(folder, 'node_modules/@types/node'), { recursive: true, force: true })
    await symlink(join(checkout, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
    await writeReadmeFiles(folder)
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const tasker = (...args: string[]) => run(folder, join(folder, 'node_modules/.bin/tasker'), args)
  const compile = (project: string) => run(folder, tsc, ['-p', project])

  /** What imports from the project come to: the exported names, or the code of the error. */
  const imported = async (specifiers: readonly string[]) => {
    const program = `
      const outcome = (specifier) => import(specifier).then((module) => Object.keys(module), (error) => error.code)
      console.log(JSON.stringify(await Promise.all(${JSON.stringify(specifiers)}.map(outcome))))`
    const { stdout, stderr } = await run(folder, process.execPath, ['--input-type=module', '--eval', program])
    assert.notEqual(stdout, '', stderr)
    return JSON.parse(stdout) as readonly (string | readonly string[])[]
  }

  it('takes the code of the README as it stands, under a strict compiler that checks declarations, too', async () => {
    const { code, stdout } = await compile('.')
    assert.equal(code, 0, stdout)
  })

  it('takes it without decorators and without the switches for them', async () => {
    const settings = JSON.parse((await readFile(join(folder, 'tsconfig.json'), 'utf8')).replace(/^\/\/.*\n/, ''))
    const { experimentalDecorators, emitDecoratorMetadata, ...plain } = settings.compilerOptions
    assert.deepEqual([experimentalDecorators, emitDecoratorMetadata], [true, true])
    // The declarations were checked just now.
    const compilerOptions = { ...plain, skipLibCheck: true }
    const project = { compilerOptions, exclude: ['subscribers/audit.subscriber.ts', 'node_modules'] }
    await writeFile(join(folder, 'tsconfig.plain.json'), JSON.stringify(project))
    const { code, stdout } = await compile('tsconfig.plain.json')
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
    const parquet = await tasker('export', 'steps', '--format', 'parquet')
    assert.equal(parquet.code, 2)
    assert.match(parquet.stderr, /needs the package hyparquet-writer\. Install it: npm install hyparquet-writer/)
  })

  it('opens at its doors', async () => {
    const doors = {
      tasker: 'createTasker',
      'tasker/exporters/csv': 'csvExporter',
      'tasker/testing': 'createTestTasker',
    }
    const exported = await imported(Object.keys(doors))
    for (const [index, [door, name]] of Object.entries(doors).entries()) assert(exported[index]!.includes(name), door)
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
    const outcomes = await imported(deep)
    for (const [index, specifier] of deep.entries()) assert.match(String(outcomes[index]), /^ERR_/, specifier)
  })
})

const written = {
  handlers: ['ship_order'],
  subscribers: ['pager', 'audit'],
  exporters: ['tsv'],
  plugins: ['backlog'],
}
