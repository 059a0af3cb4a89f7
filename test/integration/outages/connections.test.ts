import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, type DatabaseOptions, openDatabase } from '../../../core/persistence/database.js'
import { TaskEntity } from '../../../core/persistence/entities/task-entity.js'
import { migrate } from '../../../core/persistence/migrate.js'
import { type DatabaseServer, joinDatabaseServer } from '../../support/database-server.js'
import { FaultProxy, isAnswerTo, isStatement } from '../../support/fault-proxy.js'
import { testDatabaseUrl } from '../../support/postgres.js'

const queryTimeoutMs = 500

describe('connections to the database', () => {
  let server: DatabaseServer
  let proxy: FaultProxy
  const opened: Database[] = []

  before(async () => {
    server = await joinDatabaseServer()
  })
  after(() => server.leave())

  beforeEach(async () => {
    proxy = await FaultProxy.inFrontOf(server.target)
  })
  afterEach(async () => {
    await proxy.heal()
    for (const database of opened.splice(0)) await database.close()
    await proxy.stop()
  })

  async function open(options: Partial<DatabaseOptions> = {}): Promise<Database> {
    const connection = { url: proxy.url }
    const database = await openDatabase({
      connection,
      connectTimeoutMs: 2_000,
      queryTimeoutMs,
      poolSize: 2,
      ...options,
    })
    opened.push(database)
    return database
  }

  const unanswered = { code: 'DATABASE_UNAVAILABLE', message: /left a statement unanswered.* no answer within 500 ms/ }

  for (const direction of ['toServer', 'toClient'] as const) {
    it(`are given up when a statement gets no answer because traffic is held back ${direction}`, async () => {
      const database = await open()
      proxy.stall(direction)
      const startedAt = performance.now()
      await assert.rejects(database.query('select 1'), unanswered)
      assert.ok(performance.now() - startedAt < 5_000)
      assert.equal(database.pool.totalCount, 0)
      proxy.flow()
      assert.deepEqual(await database.query('select 1 as one'), [{ one: 1 }])
    })
  }

  it('are given up in a transaction, too, and for queries of the ORM', async () => {
    const schema = `test_${randomBytes(6).toString('hex')}`
    const database = await open({ schema })
    await migrate(database)
    const transaction = database.transaction(async (tx) => {
      await tx.query('select 1')
      proxy.stall()
      await tx.query('select 2')
    })
    await assert.rejects(transaction, unanswered)
    proxy.flow()
    // A connection, and then silence.
    await database.query('select 1')
    proxy.stall()
    await assert.rejects(
      database.read((em) => em.count(TaskEntity, {})),
      unanswered,
    )
    proxy.flow()
    assert.equal(await database.read((em) => em.count(TaskEntity, {})), 0)
    await database.query(`drop schema "${schema}" cascade`)
  })

  it('are waited for no longer than they may take to be made, or to become free', async () => {
    const database = await open({ connectTimeoutMs: 200, queryTimeoutMs: 5_000 })
    proxy.stall()
    const held = Promise.allSettled([database.query('select 1'), database.query('select 2')])
    await assert.rejects(database.query('select 3'), { code: 'DATABASE_UNAVAILABLE', message: /became free|timeout/ })
    proxy.flow()
    await held
    proxy.cut()
    await sleep(20)
    proxy.stall()
    await assert.rejects(database.query('select 4'), { code: 'DATABASE_UNAVAILABLE', message: /timeout/ })
    proxy.flow()
    assert.deepEqual(await database.query('select 5 as n'), [{ n: 5 }])
  })

  it('do not keep a statement that is answered from being waited for as long as it may take', async () => {
    const database = await open()
    proxy.delay(30)
    // Each takes its time, and all together longer than one may.
    for (let n = 0; n < 12; n++) assert.deepEqual(await database.query('select $1::int as n', [n]), [{ n }])
  })

  it('may take their time while tables are migrated', async () => {
    const database = await open()
    await database.query('select 1')
    proxy.delay(350)
    assert.deepEqual(await database.withoutTimeLimit(() => database.query('select 1 as n')), [{ n: 1 }])
    await assert.rejects(database.query('select 1'), unanswered)
  })

  it('are made anew when the server says that it takes no writes', async () => {
    const database = await open()
    await Promise.all([database.query('select 1'), database.query('select 2')])
    assert.equal(proxy.acceptedConnections, 2)
    const action = { sqlState: '25006', message: 'cannot execute UPDATE in a read-only transaction' }
    const told = proxy.when({ direction: 'toServer', matches: isStatement('select 42'), action })
    await assert.rejects(database.query('select 42'), { code: 'DATABASE_UNAVAILABLE', message: /takes no writes/ })
    await told
    await Promise.all([database.query('select 3'), database.query('select 4')])
    assert.equal(proxy.acceptedConnections, 4)
  })

  it('end in bounded time when nobody says goodbye', async () => {
    const database = await open({ queryTimeoutMs: 60_000 })
    await database.query('select 1')
    proxy.stall()
    const running = assert.rejects(database.query('select 2'), { code: 'DATABASE_CLOSED' })
    await sleep(20)
    const startedAt = performance.now()
    await Promise.all([database.close(), running])
    assert.ok(performance.now() - startedAt < 4_000)
  })

  it('that are lost between the commit and its answer leave it committed, and the caller in doubt', async () => {
    const schema = `test_${randomBytes(6).toString('hex')}`
    const database = await open({ schema })
    await migrate(database)
    const cut = proxy.when({ direction: 'toClient', matches: isAnswerTo('COMMIT'), action: 'cut' })
    const insert = `insert into ${database.table('namespaces')} values ('x', null, now())`
    await assert.rejects(
      database.transaction(async (tx) => {
        await tx.query(insert)
      }),
      { code: 'DATABASE_UNAVAILABLE' },
    )
    await cut
    assert.equal((await database.query(`select 1 from ${database.table('namespaces')}`)).length, 1)
    await database.query(`drop schema "${schema}" cascade`)
  })

  it('are refused where they are to be encrypted and the server does not', async function () {
    const url = testDatabaseUrl()
    if (url === undefined) this.skip()
    await assert.rejects(openDatabase({ connection: { url }, ssl: true }), /does not support SSL/)
  })
})
