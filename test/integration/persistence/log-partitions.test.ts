import assert from 'node:assert/strict'
import type { LogEvent } from '../../../core/contracts/store.js'
import type { Database } from '../../../core/persistence/database.js'
import { LogPartitions } from '../../../core/persistence/log-partitions.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { logEvent, taskRecord } from '../../support/task-records.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

const dayMs = 86_400_000
const custom = (name: string): LogEvent => logEvent(taskRecord(), { name: `order.${name}` })

describe('partitions of the log', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  it('are made for now and the next two intervals, once, one after the other without a hole', async () => {
    const before = Date.now()
    const names = await store.makeLogPartitions(dayMs)
    const made = await new LogPartitions(database).list()
    assert.deepEqual(
      made.map(({ name }) => name),
      names,
    )
    const [first] = made
    assert(first!.from.getTime() > before && first!.from.getTime() < before + 60_000, String(first!.from))
    for (const [index, { from, to }] of made.entries()) {
      if (index > 0) assert.deepEqual(from, made[index - 1]!.to)
      assert.equal(to.getTime() % dayMs, 0, 'they end at midnight')
    }
    assert(made.at(-1)!.to.getTime() >= before + 2 * dayMs)
    assert.deepEqual(await store.makeLogPartitions(dayMs), [])
  })

  it('go on where the last one ends, also with another interval', async () => {
    await store.makeLogPartitions(dayMs)
    const last = (await new LogPartitions(database).list()).at(-1)!
    await store.makeLogPartitions(7 * dayMs)
    const added = (await new LogPartitions(database).list()).filter(({ from }) => from >= last.to)
    assert.deepEqual(added[0]!.from, last.to)
    assert(added.at(-1)!.to.getTime() >= Date.now() + 14 * dayMs)
  })

  it('take what is written in their time; the default one takes the rest', async () => {
    await store.makeLogPartitions(dayMs)
    const [, second] = await new LogPartitions(database).list()
    await store.appendToLog([custom('now')])
    const insert = `insert into ${database.table('event_log')} (events, logged_at) values ('[]', $1)`
    await database.query(insert, [second!.from.toISOString()])
    await database.query(insert, [new Date(second!.from.getTime() + 900 * dayMs).toISOString()])
    const rows = await database.query<{ name: string }>(
      `select c.relname as name from ${database.table('event_log')} l join pg_class c on c.oid = l.tableoid order by l.id`,
    )
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['event_log_default', second!.name, 'event_log_default'],
    )
  })

  it('refuse an entry that stands twice in one of them', async () => {
    const task = taskRecord()
    const [name] = await store.makeLogPartitions(dayMs)
    const insert = `insert into ${database.table(name!)} (id, task_id, entry, events, logged_at)
      select $1, $2, 1, '[]', from_at from (select $3::timestamptz as from_at) t`
    const at = (await new LogPartitions(database).list())[0]!.from.toISOString()
    await database.query(insert, [1, task.id, at])
    await assert.rejects(database.query(insert, [2, task.id, at]), /duplicate key/)
    await assert.rejects(database.query(insert, [1, taskRecord().id, at]), /duplicate key/)
  })

  it('are not made where the default partition has entries of their time, which stay readable', async () => {
    const future = new Date(Date.now() + dayMs / 4).toISOString()
    await database.query(
      `insert into ${database.table('event_log')} (events, logged_at) values ('[{"name":"a.b"}]', $1)`,
      [future],
    )
    assert.deepEqual(await store.makeLogPartitions(dayMs), [])
    assert.equal((await store.readLog({})).length, 1)
  })

  describe('where others use the log at the same time', () => {
    let other: Database
    before(function () {
      if (!hasConcurrentTransactions) this.skip()
    })
    beforeEach(async () => {
      other = await openSame(database)
    })
    afterEach(() => other.close())

    it('are made once by several that try at once', async () => {
      const third = await openSame(database)
      const made = await Promise.all([database, other, third].map((each) => new LogPartitions(each).make(dayMs)))
      await third.close()
      const names = (await new LogPartitions(database).list()).map(({ name }) => name)
      assert.deepEqual(made.flat(), names)
    })

    it('are not waited for: who holds the default partition has them made later', async () => {
      await other.transaction(async (transaction) => {
        await transaction.query(`select * from ${other.table('event_log_default')}`)
        const began = performance.now()
        assert.deepEqual(await store.makeLogPartitions(dayMs), [])
        assert(performance.now() - began < 5_000)
      })
      assert((await store.makeLogPartitions(dayMs)).length >= 2)
    })

    it('let writers go on while they are made', async () => {
      let isMaking = true
      let written = 0
      const writing = (async () => {
        for (; isMaking; written++) await new PostgresStore(other).appendToLog([custom('x')])
      })()
      for (const interval of [1, 2, 3, 4]) await store.makeLogPartitions(interval * dayMs)
      isMaking = false
      await writing
      assert(written > 0)
    })
  })
})
