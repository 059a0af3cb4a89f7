import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTasker, type DefinedTask, defineTask, type Tasker } from '../../../core/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { RecordedLog } from '../../support/recorded-log.js'
import { runSql } from '../../support/run-sql.js'
import { until } from '../events/observation.js'

const nothing = async () => ({})
const refund = (version = '1.0.0') =>
  defineTask({ namespace: 'shop', name: 'refund', version }).step('pay', { retry: { limit: 3 } }, nothing)
const changed = (version = '1.0.0') =>
  defineTask({ namespace: 'shop', name: 'refund', version })
    .step('pay', { retry: { limit: 5 } }, nothing)
    .step('tell', { dependsOn: ['pay'] }, nothing)
const asked = { namespace: 'shop', name: 'refund' }

const differences = ['step "tell" was added', 'step "pay": retry.limit 3 → 5']
const difference =
  /Task shop\.refund@1\.0\.0 is not what is stored under this version:\n {2}step "tell" was added\n {2}step "pay": retry\.limit 3 → 5\n/

describe('a definition and its version', function () {
  this.timeout(60_000)
  let folder: string
  let database: { url?: string; path?: string; schema: string }
  const open: Tasker[] = []

  beforeEach(async () => {
    const url = testDatabaseUrl()
    folder = await mkdtemp(join(tmpdir(), 'tasker-versions-'))
    database = { ...(url === undefined ? { path: folder } : { url }), schema: `test_${randomBytes(6).toString('hex')}` }
  })
  afterEach(async () => {
    if (database.url !== undefined) {
      const t = await boot([])
      await runSql(t.database, `drop schema SCHEMA cascade; drop schema if exists "${database.schema}_queue" cascade`)
    }
    for (const tasker of open.splice(0)) await tasker.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Another deployment on the same database; the one before is stopped. */
  async function boot(handlers: readonly DefinedTask[], environment = 'production', log = new RecordedLog()) {
    for (const tasker of open.splice(0)) await tasker.stop()
    const tasker = await createTasker(
      {
        handlers,
        database,
        discovery: { packages: false },
        worker: { heartbeatThread: false },
        execution: { drainTimeoutMs: 100 },
      },
      { environment, logger: log },
    )
    open.push(tasker)
    return tasker
  }

  const stored = (t: Tasker) =>
    runSql(t.database, 'select version, definition from SCHEMA.named_tasks order by version') as Promise<
      { version: string; definition: { steps: { name: string }[] } }[]
    >

  it('are stored together when a worker starts, and nothing else happens to them at the next start', async () => {
    const first = await boot([refund(), changed('1.10.0'), changed('1.9.0')])
    assert.deepEqual(await stored(first), [])
    await first.start()
    const rows = await stored(first)
    assert.deepEqual(
      rows.map(({ version, definition }) => [version, definition.steps.length]),
      [
        ['1.0.0', 1],
        ['1.10.0', 2],
        ['1.9.0', 2],
      ],
    )
    const version = async (range: string) => (await first.tasks.create({ ...asked, version: range })).version
    assert.deepEqual(
      [await version('latest'), await version('^1'), await version('~1.9'), await version('1.0.0')],
      ['1.10.0', '1.10.0', '1.9.0', '1.0.0'],
    )
    assert.equal(first.handlers.require('shop/refund@latest').definition.version, '1.10.0')
    const second = await boot([refund(), changed('1.10.0')])
    await second.start()
    assert.deepEqual(await stored(second), rows)
  })

  it('that differ end the start outside of development, with all differences, and leave what is stored', async () => {
    await (await boot([refund()])).start()
    for (const environment of ['production', 'staging', 'test']) {
      const t = await boot([changed(), refund('2.0.0')], environment)
      await assert.rejects(t.start(), (error: Error & { code: string; details: object }) => {
        assert.equal(error.code, 'DEFINITION_CHANGED')
        assert.match(error.message, difference)
        assert.match(error.message, /under a new version/)
        assert.deepEqual(error.details, { changes: [{ task: 'shop.refund@1.0.0', differences }] })
        return true
      })
      await assert.rejects(t.tasks.create({ ...asked, version: '1.0.0' }), { code: 'DEFINITION_CHANGED' })
      assert.equal((await t.tasks.create({ ...asked, version: '2.0.0' })).version, '2.0.0')
      assert.equal((await stored(t))[0]!.definition.steps.length, 1)
    }
  })

  it('that differ take the place of the stored ones in development, with a warning that shows the same', async () => {
    await (await boot([refund()])).start()
    const log = new RecordedLog()
    const t = await boot([changed()], 'development', log)
    await t.start()
    const warnings = log.lines.filter(({ message }) => message.includes('is not what is stored'))
    assert.deepEqual(
      warnings.map(({ level, fields }) => [level, fields]),
      [['warn', { task: 'shop.refund@1.0.0', differences }]],
    )
    assert.match(warnings[0]!.message, difference)
    assert.equal((await stored(t))[0]!.definition.steps.length, 2)
    assert.equal((await t.tasks.wait(await t.tasks.create(asked), { timeoutMs: 10_000 })).steps.length, 2)
  })

  it('that differ and come while a worker runs are told of and not run', async () => {
    const log = new RecordedLog()
    const t = await boot([refund()], 'production', log)
    await t.start()
    t.handlers.register(changed(), { replace: true })
    await assert.rejects(t.tasks.create(asked), { code: 'DEFINITION_CHANGED' })
    await until(() => log.lines.some(({ level, message }) => level === 'error' && difference.test(message)))
    t.handlers.register(refund(), { replace: true })
    assert.equal((await t.tasks.wait(await t.tasks.create(asked), { timeoutMs: 10_000 })).state, 'complete')
  })

  it('stay with a task that has begun: it waits, says why, and goes on when the code of its version is back', async () => {
    const begun: string[] = []
    const ship = (version: string) =>
      defineTask({ namespace: 'shop', name: 'ship', version })
        .step('pack', async () => void begun.push(`pack ${version}`))
        .step('send', { dependsOn: ['pack'] }, async ({ signal }) => {
          begun.push(`send ${version}`)
          if (begun.length > 2) return
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        })
    const first = await boot([ship('1.0.0')])
    await first.start()
    const { id } = await first.tasks.create({ namespace: 'shop', name: 'ship' })
    await until(() => begun.length === 2)
    const second = await boot([ship('1.1.0')])
    await second.start()
    await until(async () => (await second.tasks.get(id))?.parked !== null)
    const parked = (await second.tasks.get(id))!
    assert.deepEqual([parked.version, parked.state, parked.parked], ['1.0.0', 'pending', 'no_handler'])
    const third = await boot([ship('1.1.0'), ship('1.0.0')])
    await third.start()
    assert.equal((await third.tasks.wait(id, { timeoutMs: 20_000 })).state, 'complete')
    assert.deepEqual(begun, ['pack 1.0.0', 'send 1.0.0', 'send 1.0.0'])
  })
})
