import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { migrate } from '../../../core/persistence/migrate.js'
import type { StatementHook } from '../../../core/persistence/statement-hook.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { type DatabaseServer, joinDatabaseServer } from '../../support/database-server.js'
import { FaultProxy, isStatement } from '../../support/fault-proxy.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { change, creation, stepRecord, taskRecord } from '../../support/task-records.js'
import type { WireMessage } from '../../support/wire-messages.js'

const commitCall = /from "[^"]+"\.commit_/

describe('a commit that got no answer', () => {
  let server: DatabaseServer
  let proxy: FaultProxy
  let database: Database
  /** Not through the proxy. */
  let observer: Database
  let store: PostgresStore
  let hook: StatementHook

  before(async () => {
    server = await joinDatabaseServer()
  })
  after(() => server.leave())

  beforeEach(async () => {
    const schema = `test_${randomBytes(6).toString('hex')}`
    observer = await openDatabase({ connection: server.connection, schema })
    await migrate(observer)
    proxy = await FaultProxy.inFrontOf(server.target)
    hook = (_, send) => send()
    database = await openDatabase({
      connection: { url: proxy.url },
      schema,
      queryTimeoutMs: 1_000,
      onStatement: (sql, send) => hook(sql, send),
    })
    store = new PostgresStore(database)
  })
  afterEach(async () => {
    await proxy.heal()
    await database.close()
    await observer.query(`drop schema "${observer.schema}" cascade`)
    await observer.close()
    await proxy.stop()
  })

  const isRow = ({ type }: WireMessage): boolean => type === 'D'

  /** The next call of the function that commits is carried out, and its answer never comes. */
  async function loseAnswer(commit: () => Promise<unknown>): Promise<void> {
    hook = async (sql, send) => {
      if (!commitCall.test(sql)) return send()
      hook = (_, sendNext) => sendNext()
      const cut = proxy.when({ direction: 'toClient', matches: isRow, action: 'cut' })
      return (await Promise.all([send(), cut]))[0]
    }
    await assert.rejects(commit(), { code: 'DATABASE_UNAVAILABLE' })
  }

  const entries = async (taskId: string) =>
    (await new PostgresStore(observer).readLog({ taskId })).map(({ entry }) => entry)

  it('of new tasks is found committed when it is tried again, and is not doubled', async () => {
    const tasks = [taskRecord(), taskRecord()]
    const writes = tasks.map((task) => creation(task, [stepRecord(task)]))
    await loseAnswer(() => store.commit(writes))
    assert.deepEqual(await entries(tasks[0]!.id), [1])
    const outcomes = await store.commit(writes)
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['committed', 'committed'],
    )
    assert.ok(outcomes.every((outcome) => 'logId' in outcome && outcome.logId))
    assert.deepEqual(await entries(tasks[0]!.id), [1])
  })

  it('of a new task with an identity is not taken for its own duplicate, and another one of it is', async () => {
    const identity = { hash: 'order 7', expiresAt: null }
    const write = creation(taskRecord({ identityHash: 'order 7' }), [], { identity })
    const other = creation(taskRecord({ identityHash: 'order 7' }), [], { identity })
    await loseAnswer(() => store.commit([write]))
    const outcomes = await store.commit([other, write])
    assert.equal(outcomes[1]?.status, 'committed')
    assert.deepEqual(outcomes[0], { status: 'duplicate', taskId: write.task.id })
  })

  it('of changes is found committed, also where the task has a new owner since', async () => {
    const [mine, taken] = [taskRecord(), taskRecord()]
    await store.commit([creation(mine), creation(taken)])
    const writes = [change(mine, { priority: 5 }), change(taken, { priority: 6 })]
    await loseAnswer(() => store.commit(writes))
    await observer.query(`update ${observer.table('tasks')} set epoch = epoch + 1 where id = $1`, [taken.id])
    assert.deepEqual(
      (await store.commit(writes)).map(({ status }) => status),
      ['committed', 'committed'],
    )
    assert.deepEqual(
      [await entries(mine.id), await entries(taken.id)],
      [
        [1, 2],
        [1, 2],
      ],
    )
    assert.equal((await store.getTaskRecord(taken.id))?.priority, 6)
  })

  it('that had not reached the server is written when it is tried again', async () => {
    const task = taskRecord()
    const writes = [creation(task)]
    const cut = proxy.when({ direction: 'toServer', matches: isStatement(commitCall), action: 'cut' })
    await assert.rejects(store.commit(writes), { code: 'DATABASE_UNAVAILABLE' })
    await cut
    assert.deepEqual(await entries(task.id), [])
    assert.equal((await store.commit(writes))[0]?.status, 'committed')
    assert.deepEqual(await entries(task.id), [1])
  })

  /** A statement is held back on its way for longer than its caller waits, and arrives just before it is tried again. */
  async function arriveLate(write: () => Promise<unknown>, taskId: string, entry: number): Promise<void> {
    const held = proxy.when({ direction: 'toServer', matches: isStatement(commitCall), action: 'stall' })
    await assert.rejects(write(), { code: 'DATABASE_UNAVAILABLE', message: /unanswered/ })
    await held
    hook = async (sql, send) => {
      if (!commitCall.test(sql)) return send()
      hook = (_, sendNext) => sendNext()
      assert.deepEqual((await entries(taskId)).includes(entry), false)
      proxy.flow()
      while (!(await entries(taskId)).includes(entry)) await new Promise((resolve) => setTimeout(resolve, 5))
      return send()
    }
  }

  it('and arrives between the look at the log and the next try counts as committed, not as refused', async function () {
    // The embedded server forgets what a client that has left had sent.
    if (testDatabaseUrl() === undefined) this.skip()
    const [fresh, changed] = [taskRecord(), taskRecord()]
    const create = [creation(fresh, [], { identity: { hash: 'fresh', expiresAt: null } })]
    await arriveLate(() => store.commit(create), fresh.id, 1)
    assert.equal((await store.commit(create))[0]?.status, 'committed')
    assert.deepEqual(await entries(fresh.id), [1])
    await store.commit([creation(changed)])
    const update = [change(changed, { priority: 7 })]
    await arriveLate(() => store.commit(update), changed.id, 2)
    assert.equal((await store.commit(update))[0]?.status, 'committed')
    assert.deepEqual(await entries(changed.id), [1, 2])
    assert.equal((await store.getTaskRecord(changed.id))?.priority, 7)
  })
})
