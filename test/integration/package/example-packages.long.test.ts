import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { installPacked, packCheckout } from '../../support/docs/packed-project.js'
import { emptyFolder, run } from '../../support/docs/readme-project.js'
import { buildAndTest, names } from './example-packages.js'

const task = (name: string) => `
import { defineTask, PermanentError } from 'tasker'
export const ${name} = defineTask({ namespace: 'shop', name: '${name}' }).step('one', async ({ context }) => {
  if ((context as { fails?: boolean } | null)?.fails) throw new PermanentError('out of stock')
  await new Promise((resolve) => setTimeout(resolve, 60))
  return { done: true }
})
`

describe('The example packages, with the packed package', function () {
  this.timeout(600_000)

  /** A project that has the packed Tasker, and in which the packages are built as their authors would. */
  let folder: string

  const npm = async (cwd: string, ...args: string[]) => {
    const { code, stdout, stderr } = await run(cwd, 'npm', [...args, '--prefer-offline', '--no-audit', '--no-fund'])
    assert.equal(code, 0, `${stdout}\n${stderr}`)
    return stdout
  }
  const tasker = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    run(folder, join(folder, 'node_modules/.bin/tasker'), args, env)
  const list = async (kind: string) => {
    const { code, stdout, stderr } = await tasker([kind, 'list', '--json'])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as { readonly name: string; readonly [fact: string]: unknown }[]
  }

  before(async () => {
    folder = await emptyFolder()
    const tarball = await packCheckout(folder)
    await installPacked(folder, tarball.file, [])
    await mkdir(join(folder, 'packages/node_modules/@types'), { recursive: true })
    // Of the checkout: to install a compiler would take longer than all else here.
    await symlink(join(checkout, 'node_modules/@types/node'), join(folder, 'packages/node_modules/@types/node'))
    await mkdir(join(folder, 'handlers'))
    await writeFile(join(folder, 'handlers/job.task.ts'), task('job'))
    // Only for the handlers: of the packages nothing stands here.
    await writeFile(join(folder, 'tasker.config.ts'), "export default { handlers: ['./handlers'] }\n")
  })
  after(() => rm(folder, { recursive: true, force: true }))

  for (const name of names) {
    it(`compile and pass their own tests: ${name}`, () => buildAndTest(name, join(folder, 'packages', name)))
  }

  it('are installed from their tarballs, and nothing else is done', async () => {
    const tarballs: string[] = []
    for (const name of names) {
      const [packed] = JSON.parse(
        await npm(join(folder, 'packages', name), 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
      ) as { filename: string; files: { path: string }[] }[]
      assert(packed!.files.every(({ path }) => /^(dist\/src\/.*|package\.json|README\.md)$/.test(path)))
      tarballs.push(join(folder, packed!.filename))
    }
    await npm(folder, 'install', ...tarballs)
    const packages = (await list('plugins')).filter(({ kind }) => kind === 'package')
    assert.deepEqual(
      packages.map(({ name, version, worksWith, state }) => [name, version, worksWith, state]).toSorted(),
      names.map((name) => [name, '1.0.0', '>=0.1.0 <1', 'joined']).toSorted(),
    )
  })

  it('are used: a format is exported, a subscriber told, a service required', async () => {
    const told: string[] = []
    const chat = createServer((request, response) => {
      request.on('data', (chunk) => told.push(String(chunk)))
      request.on('end', () => response.end())
    }).listen(0, '127.0.0.1')
    await once(chat, 'listening')
    const url = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/`
    try {
      await writeFile(join(folder, 'main.mjs'), program)
      const ended = await run(folder, process.execPath, ['main.mjs'], { TASKER_WEBHOOK_URL: url })
      assert.equal(ended.code, 0, ended.stderr)
      const { slowest, xml, healthy } = JSON.parse(ended.stdout.trim().split('\n').at(-1)!)
      assert.equal(slowest, 'shop.job/one')
      assert.equal(healthy, false)
      assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<steps>\n {2}<record><name>one<\/name><state>/)
      assert.equal(told.length, 1)
      assert.match(
        told[0]!,
        /^\{"text":"Task shop\.job@0\.1\.0 \([0-9a-f-]+\) failed: one failed for good\. First failure: out of stock\."\}$/,
      )
    } finally {
      chat.closeAllConnections()
      chat.close()
    }
    const exported = await tasker(['export', 'tasks', '--format', 'xml', '--columns', 'name,state'])
    assert.equal(exported.code, 0, exported.stderr)
    assert.match(exported.stdout, /<tasks>\n {2}<record><name>job<\/name><state>/)
  })

  it('work in a project without a configuration, and are disabled by name', async () => {
    await rm(join(folder, 'tasker.config.ts'))
    const exporters = await list('exporters')
    assert(exporters.some(({ name, origin }) => name === 'xml' && origin === 'package tasker-exporter-xml@1.0.0'))
    const { stdout } = await tasker(['exporters', 'list', '--json'], { TASKER_DISABLE: 'tasker-exporter-xml' })
    assert.doesNotMatch(stdout, /"name": "xml"/)
  })

  it('with a copy of Tasker of its own, a package is understood all the same: its exporter, its subscriber, its errors', async () => {
    const bundled = join(folder, 'node_modules/tasker-bundled')
    await mkdir(join(bundled, 'node_modules'), { recursive: true })
    await cp(join(folder, 'node_modules/tasker'), join(bundled, 'node_modules/tasker'), { recursive: true })
    const manifest = {
      name: 'tasker-bundled',
      version: '3.0.0',
      type: 'module',
      tasker: { exporters: './x.js', plugins: './x.js', handlers: './x.js' },
    }
    await writeFile(join(bundled, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(bundled, 'x.js'), ownCopy)
    const project = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    project.dependencies['tasker-bundled'] = '3.0.0'
    await writeFile(join(folder, 'package.json'), JSON.stringify(project))
    await writeFile(join(folder, 'copies.mjs'), copies)
    const ended = await run(folder, process.execPath, ['copies.mjs'])
    assert.equal(ended.code, 0, ended.stderr)
    assert.deepEqual(JSON.parse(ended.stdout.trim().split('\n').at(-1)!), {
      isAnotherCopy: true,
      refusals: [],
      // Its PermanentError ends the step at the first attempt.
      attempts: 1,
      code: 'NO_STOCK',
      refused: 'FORBIDDEN',
      heard: ['task.failed'],
      exported: 'one\n',
    })
  })
})

/** Runs a task that is slow and one that fails, and exports what became of them. */
const program = `
import { createTasker } from 'tasker'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
const told = Promise.withResolvers()
const { fetch } = globalThis
globalThis.fetch = async (...request) => {
  const response = await fetch(...request)
  told.resolve()
  return response
}
const config = {
  handlers: ['./handlers'],
  logging: { level: 'error' },
  plugins: [{ use: 'tasker-plugin-slow-steps', options: { limitMs: 40, unhealthyShare: 0.1 } }],
}
const tasker = await createTasker(config)
await tasker.start()
const job = { namespace: 'shop', name: 'job' }
for (const context of [{}, { fails: true }]) await tasker.tasks.wait(await tasker.tasks.create({ ...job, context }))
const [slowest] = tasker.plugins.require('slow-steps').slowest()
const { checks } = await tasker.health.check()
await tasker.exports.run({ source: 'steps', format: 'xml', output: 'steps.xml', columns: ['name', 'state'] })
await Promise.race([told.promise, sleep(60_000, undefined, { ref: false })])
await tasker.stop()
const xml = await readFile('steps.xml', 'utf8')
console.log(JSON.stringify({ slowest: slowest.step, healthy: checks['slow-steps'].isHealthy, xml }))
`

/** What a package brings that was made with its own copy of the package. */
const ownCopy = `
import { defineExporter, definePlugin, defineTask, PermanentError } from 'tasker'
export { createTasker } from 'tasker'
export const names = defineExporter({
  name: 'names', formats: ['names'], contentType: 'text/plain', fileExtension: 'txt',
  async *export(records) { for await (const { name } of records) yield name + '\\n' },
})
export const failing = defineTask({ namespace: 'bundled', name: 'failing' }).step('one', async () => {
  throw new PermanentError('nothing is left', { code: 'NO_STOCK' })
})
export const guard = definePlugin({
  name: 'guard', version: '1.0.0',
  setup({ hooks, events }) {
    const heard = []
    events.on('task.failed', ({ name }) => heard.push(name))
    hooks.add('beforeCommand', () => { throw new PermanentError('not you', { code: 'FORBIDDEN' }) })
    return heard
  },
})
`

const copies = `
import { createTasker, isTaskerError } from 'tasker'
import { text } from 'node:stream/consumers'
import { PassThrough } from 'node:stream'
const other = await import('tasker-bundled/x.js')
const tasker = await createTasker({ database: { path: ':memory:' }, logging: { level: 'error' } })
await tasker.start()
const task = await tasker.tasks.wait(await tasker.tasks.create({ namespace: 'bundled', name: 'failing' }))
const [step] = task.steps
const actor = { id: 'somebody', kind: 'person' }
const refused = await tasker.tasks.retry(task.id, { reason: 'again', actor }).catch((error) => isTaskerError(error) && error.code)
const output = new PassThrough()
const exported = text(output)
await tasker.exports.run({ source: 'steps', format: 'names', output })
const result = {
  isAnotherCopy: other.createTasker !== createTasker,
  refusals: tasker.registries.refusals(),
  attempts: step.attempts,
  code: step.error.code,
  refused,
  heard: tasker.plugins.require('guard'),
  exported: await exported,
}
await tasker.stop()
console.log(JSON.stringify(result))
`
