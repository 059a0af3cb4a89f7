import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { LogEvent } from '../../../core/contracts/store.js'
import type { Database } from '../../../core/persistence/database.js'
import { LogReader } from '../../../core/persistence/read-log.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { formatPosition } from '../../../core/workflow/log-position.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { logEvent, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

const custom = (name: string): LogEvent => logEvent(taskRecord(), { name: `order.${name}` })

describe('the lag of the log', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  it('names the end of the log, and nobody while nobody writes', async () => {
    assert.deepEqual(await store.logLag(), { end: undefined, writers: 0, oldestWriter: null })
    const id = await store.appendToLog([custom('a'), custom('b')])
    assert.deepEqual(await store.logLag(), { end: formatPosition(id, 1), writers: 0, oldestWriter: null })
  })

  describe('while a transaction of somebody else is open', () => {
    let foreign: pg.Client
    before(function () {
      if (testDatabaseUrl() === undefined) this.skip()
    })
    beforeEach(async () => {
      foreign = new pg.Client({ connectionString: testDatabaseUrl(), application_name: 'night report' })
      await foreign.connect()
      await foreign.query('begin')
    })
    afterEach(() => foreign.end())

    const insert = (name: string, table = 'event_log') =>
      foreign.query(`insert into ${database.table(table)} (id, events)
        values (nextval('${database.table('event_log_id_seq')}'), '${JSON.stringify([custom(name)])}')`)

    it('names its process, its application, its age and what it did last, without the data in it', async () => {
      await insert('secret')
      await sleep(50)
      const { writers, oldestWriter } = await store.logLag()
      const { rows } = await foreign.query('select pg_backend_pid() as pid')
      assert.equal(writers, 1)
      assert(oldestWriter)
      const { processId, application, state, sinceMs, statement } = oldestWriter
      assert.deepEqual([processId, application, state], [rows[0].pid, 'night report', 'idle in transaction'])
      assert(sinceMs !== null && sinceMs >= 50 && sinceMs < 10_000, String(sinceMs))
      assert.match(statement, /^insert into .*event_log/)
      assert.doesNotMatch(statement, /secret/)
      assert(statement.length <= 120)
    })

    for (const table of ['event_log', 'event_log_default']) {
      it(`holds back what is written after an entry it added to ${table}, and hands on all in order when it ends`, async () => {
        await store.appendToLog([custom('a')])
        await insert('late', table)
        await store.appendToLog([custom('b')])
        const first = await store.readLog({})
        assert.deepEqual(names(first), ['a'])
        const reading = store.readLog({ after: formatPosition(first[0]!.id, 0) })
        assert.equal(await Promise.race([reading, sleep(100, 'waiting')]), 'waiting')
        await foreign.query('commit')
        assert.deepEqual(names(await reading), ['late', 'b'])
        assert.equal((await store.logLag()).oldestWriter, null)
      })
    }

    it('is named by a reader that has waited long enough', async () => {
      await insert('late')
      await store.appendToLog([custom('b')])
      const { rows } = await foreign.query('select pg_backend_pid() as pid')
      await assert.rejects(new LogReader(database, { mostWaitMs: 50 }).read({}), (error: Error) => {
        assert.equal((error as { code?: string }).code, 'LOG_BLOCKED')
        assert.match(
          error.message,
          new RegExp(`database process ${rows[0].pid} \\("night report"\\), idle in transaction`),
        )
        return true
      })
    })

    it('is not its business when it reads the log, or writes to another table', async () => {
      await foreign.query(`select * from ${database.table('event_log')}`)
      await foreign.query(`insert into ${database.table('namespaces')} values ('other', null, now())`)
      // A number that nobody will ever use: the reader has to find out that nobody can.
      await database.query(`select nextval('${database.table('event_log_id_seq')}')`)
      await store.appendToLog([custom('b')])
      assert.deepEqual(names(await store.readLog({})), ['b'])
      assert.equal((await store.logLag()).oldestWriter, null)
    })
  })
})

function names(entries: readonly { readonly events: readonly LogEvent[] }[]): string[] {
  return entries.flatMap(({ events }) => events.map(({ name }) => name.replace('order.', '')))
}
