import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { openTestSchema } from '../../support/test-schema.js'
import { InstalledTasker } from './installed-tasker.js'

describe('tasker init, from the packed package', function () {
  this.timeout(300_000)
  let installed: InstalledTasker
  let project: string

  before(async () => {
    installed = await InstalledTasker.create()
    project = await installed.makeProject('my-app')
  })

  after(() => installed.remove())

  it('makes a project that has the package in itself, so that it can be moved and built elsewhere', async () => {
    const { dependencies } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
    assert.equal(dependencies.tasker, 'file:vendor/tasker-0.1.0.tgz')
    assert(existsSync(join(project, 'vendor/tasker-0.1.0.tgz')))
    const files = await readdir(project)
    for (const file of ['.gitignore', '.dockerignore', 'Dockerfile', 'compose.yaml', 'README.md', 'tsconfig.json']) {
      assert(files.includes(file), file)
    }
  })

  it('makes a project whose tests pass', async () => {
    const { code, stdout, stderr } = await installed.npm('my-app', ['test'])
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /pass 7\n/)
    assert.match(stdout, /fail 0\n/)
  })

  it('makes a project that starts: its tasks run, its subscriber hears of them, its exporter writes their steps', async () => {
    await assertStarts()
    assert(existsSync(join(project, '.tasker/db')))
  })

  it('makes a project that starts on a server as well', async function () {
    const schema = await openTestSchema()
    if (schema.database === undefined) return this.skip()
    const file = join(project, 'tasker.config.ts')
    const config = await readFile(file, 'utf8')
    try {
      const ownSchema = config.replace('|| undefined }', `|| undefined, schema: '${schema.database.schema}' }`)
      assert.notEqual(ownSchema, config)
      await writeFile(file, ownSchema)
      await assertStarts({ DATABASE_URL: schema.database.url })
    } finally {
      await writeFile(file, config)
      await schema.close()
    }
  })

  async function assertStarts(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    const { code, stdout, stderr } = await installed.npm('my-app', ['start'], environment)
    assert.equal(code, 0, stderr)
    assert.match(stderr, /news: ship_order is complete/)
    assert.match(stdout, /refund_order is complete: \{ cents: 900 \}/)
    const steps = await readFile(join(project, 'steps.tsv'), 'utf8')
    assert.match(steps, /^taskId\tname\tstate\tattempts\terror\n/)
    assert.match(steps, /\tpay_back\tcomplete\t1\t\n/)
  }

  it('is what README.md and docs/starting.md say', async () => {
    for (const document of ['README.md', 'docs/starting.md']) {
      const text = await readFile(join(checkout, document), 'utf8')
      assert.match(text, /^\$ npx --package \S+\/tasker-0\.1\.0\.tgz tasker init my-app$/m)
      assert.match(text, /npm install && npm test$/m)
      assert.match(text, /^\$ npm start\b/m)
    }
  })

  it('refuses to make another one in the same folder, and lists what is there', async () => {
    const { code, stderr } = await installed.tasker('.', 'init', 'my-app')
    assert.equal(code, 2)
    assert.match(stderr, /my-app is not empty[\s\S]*Dockerfile/)
  })
})
