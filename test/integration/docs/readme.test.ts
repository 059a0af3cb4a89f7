import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlocks } from '../../support/docs/code-blocks.js'
import { checkout, sectionOf } from '../../support/docs/generated-section.js'
import { isGuide } from '../../support/docs/guides.js'
import { tableRows } from '../../support/docs/markdown-table.js'
import { type Ending, emptyFolder, run, tsc, writeReadmeFiles } from '../../support/docs/readme-project.js'

describe('the code of the README', () => {
  let folder: string
  let files: readonly string[]

  before(async () => {
    folder = await emptyFolder()
    files = await writeReadmeFiles(folder)
    const dependencies = { tasker: '*', typebox: '*' }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', dependencies }))
    await mkdir(join(folder, 'node_modules', '@types'), { recursive: true })
    await symlink(checkout, join(folder, 'node_modules', 'tasker'))
    for (const name of ['typebox', '@types/node']) {
      await symlink(join(checkout, 'node_modules', name), join(folder, 'node_modules', name))
    }
  })

  after(() => rm(folder, { recursive: true, force: true }))

  const tasker = (...args: string[]): Promise<Ending> =>
    run(folder, process.execPath, [join(checkout, 'core/cli/tasker.cjs'), ...args])

  it('shows a task, both kinds of subscriber, an exporter, a plugin, a configuration and a program', () => {
    assert.deepEqual([...files].sort(), [
      'exporters/tsv.exporter.ts',
      'handlers/orders/ship-order.task.ts',
      'main.ts',
      'plugins/backlog.plugin.ts',
      'subscribers/audit.subscriber.ts',
      'subscribers/pager.subscriber.ts',
      'tasker.config.ts',
      'tsconfig.json',
    ])
  })

  it('compiles as it stands, with the code of the other documents', async () => {
    for (const path of await readdir(join(checkout, 'docs'), { recursive: true })) {
      if (!path.endsWith('.md')) continue
      const text = await readFile(join(checkout, 'docs', path), 'utf8')
      if (isGuide(text)) continue // what belongs together there is compiled together, by guides.test.ts
      const blocks = codeBlocks(text, ['ts'])
      const name = path.replaceAll(/\W/g, '-')
      for (const [index, { code }] of blocks.entries()) await writeFile(join(folder, `${name}-${index}.ts`), code)
    }
    const { code, stdout } = await run(folder, tsc, ['-p', '.'])
    assert.equal(code, 0, stdout)
  }).timeout(120_000)

  it('has an exporter of less than 20 lines', async () => {
    const source = await readFile(join(folder, 'exporters/tsv.exporter.ts'), 'utf8')
    assert(source.trim().split('\n').length < 20)
  })

  it('runs: the program completes its task and exports the steps, and both subscribers hear of it', async () => {
    const { code, stdout, stderr } = await run(folder, process.execPath, ['main.ts'], { TASKER_LOG_LEVEL: 'debug' })
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^complete \{\s+shelf: 'A7',\s+cents: 450,\s+parcel: '[\w-]{36}'\s+\}\s*$/)
    const steps = await readFile(join(folder, 'steps.tsv'), 'utf8')
    assert.equal(
      steps,
      'name\tstate\tattempts\terror\nreserve\tcomplete\t1\t\nprice\tcomplete\t1\t\nship\tcomplete\t1\t\n',
    )
    const log = logOf(stderr)
    const audited = log.filter(({ tookMs }) => tookMs !== undefined)
    assert.deepEqual(
      audited.map(({ msg }) => msg),
      ['task.completed'],
    )
    const paged = log.filter(({ step, subscriber }) => step === 'ship' && subscriber !== 'logging')
    assert(
      paged.some(({ msg }) => msg === 'step.completed'),
      stderr,
    )
    assert.deepEqual(
      log.filter(({ level }) => Number(level) >= 40),
      [],
      'nothing was refused or warned about',
    )
  }).timeout(120_000)

  it('is found where the README says, and runs from the command line', async () => {
    const { code, stdout, stderr } = await tasker('run', 'orders/ship_order', '--context', '{"orderId": 7}', '--json')
    assert.equal(code, 0, stderr)
    const { task, steps } = JSON.parse(stdout)
    assert.equal(task.state, 'complete')
    assert.deepEqual(task.context, { orderId: 7, weightKg: 1 })
    assert.equal(steps.at(-1).results.cents, 450)

    const plugins = JSON.parse((await tasker('plugins', 'list', '--json')).stdout)
    assert.match(JSON.stringify(plugins), /plugins\/backlog\.plugin\.ts/)
  }).timeout(120_000)

  it('has the same 56 events in docs/events.md and in `events list`, in the same order', async () => {
    const document = await readFile(join(checkout, 'docs/events.md'), 'utf8')
    const documented = tableRows(sectionOf(document, 'events')).map((cells) => cells.slice(0, 3).join(' '))
    const { stdout } = await tasker('events', 'list', '--json')
    const listed = (JSON.parse(stdout) as { name: string; durable: boolean; description: string }[]).map(
      ({ name, durable, description }) => `\`${name}\` ${durable ? 'yes' : ''} ${description}`,
    )
    assert.equal(listed.length, 56)
    assert.deepEqual(documented, listed)
  }).timeout(120_000)

  it('ends in error at once where the README throws a PermanentError, and the pager says so', async () => {
    const { code, stdout, stderr } = await tasker('run', 'orders/ship_order', '--context', '{"orderId": 0}', '--json')
    assert.equal(code, 1)
    const { task, steps } = JSON.parse(stdout)
    assert.equal(task.state, 'error')
    assert.deepEqual([steps[0].attempts, steps[0].error.code], [1, 'NO_ORDER'])
    assert.match(stderr, /ship_order needs somebody/)
  }).timeout(120_000)

  it('is refused by the hook of its plugin when too much is waiting', async () => {
    const plugin = join(folder, 'plugins/backlog.plugin.ts')
    const source = await readFile(plugin, 'utf8')
    await writeFile(plugin, source.replace('default: 1000', 'default: 0'))
    try {
      const { code, stderr } = await tasker('run', 'orders/ship_order', '--context', '{"orderId": 7}')
      assert.notEqual(code, 0)
      assert.match(stderr, /0 tasks are waiting, come back later/)
    } finally {
      await writeFile(plugin, source)
    }
  }).timeout(120_000)
})

function logOf(stderr: string): Readonly<Record<string, unknown>>[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
