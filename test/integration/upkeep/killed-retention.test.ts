import assert from 'node:assert/strict'
import type { Transaction } from '../../../core/contracts/transaction.js'
import { defineTask, PermanentError } from '../../../core/index.js'
import { RetentionRun } from '../../../core/orchestration/upkeep/retention-run.js'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import { Retention } from '../../../core/persistence/retention.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { connectionOf, runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { ageLog, countRows } from './aged-log.js'

const hourMs = 3_600_000
const sum = defineTask({ name: 'sum' })
  .step('a', async () => 1)
  .step('b', { dependsOn: ['a'] }, async () => 2)
const broken = defineTask({ name: 'broken' }).step('only', async () => {
  throw new PermanentError('no')
})

class Killed extends Error {}

/** The database of a process that is gone when it has run so many statements: a transaction under way is rolled back. */
function dyingAfter(database: Database, statements: number): Database {
  let left = statements
  const live = (): void => {
    if (left-- <= 0) throw new Killed()
  }
  const watched = (transaction: Transaction): Transaction => ({
    query: (sql, values) => {
      live()
      return transaction.query(sql, values)
    },
  })
  return {
    schema: database.schema,
    table: (name: string) => database.table(name),
    query: async (sql: string, values: readonly unknown[]) => {
      live()
      return database.query(sql, values)
    },
    transaction: (work: Parameters<Database['transaction']>[0], opening?: string) =>
      database.transaction(async (transaction, opened) => {
        live()
        const result = await work(watched(transaction), opened)
        // Before the commit.
        live()
        return result
      }, opening),
  } as unknown as Database
}

/** Copies of the tables, to begin again from. */
const tables = ['tasks', 'steps', 'event_log', 'log_retention']
const backUp = tables.map((table) => `create table SCHEMA.${table}_copy as select * from SCHEMA.${table};`).join('')
const restore = `drop table if exists SCHEMA.event_log_old;
  create table SCHEMA.event_log_old partition of SCHEMA.event_log (primary key (id), unique (task_id, entry))
    for values from ('2020-01-01') to ('2020-01-02');
  ${tables.map((table) => `delete from SCHEMA.${table}; insert into SCHEMA.${table} select * from SCHEMA.${table}_copy;`).join('')}`

describe('retention that is killed', function () {
  this.timeout(120_000)
  let t: TestTasker
  let database: Database

  before(async () => {
    t = await openTestTasker({ handlers: [sum, broken] })
    for (let n = 0; n < 4; n++) await t.run(sum)
    await t.run(broken)
    await ageLog(t.database)
    await runSql(
      t.database,
      `insert into SCHEMA.event_log (events, logged_at) values ('[{"name": "order.seen"}]', '2020-01-01')`,
    )
    await runSql(
      t.database,
      `insert into SCHEMA.event_log (events, logged_at) values ('[{"name": "order.seen"}]', '2000-01-01')`,
    )
    await t.clock.advance('2h')
    await runSql(t.database, backUp)
    database = await openDatabase({ connection: connectionOf(t.database), schema: t.database.schema, poolSize: 2 })
  })
  after(async () => {
    await database.close()
    await t.stop()
  })

  const run = (on: Database, holder: string) =>
    new RetentionRun({ store: new Retention(on), clock: t.clock, holder, finishedTasksMs: hourMs, batchSize: 2 }).run()

  it('after any statement leaves rows and log that agree, and the next run ends what it began', async () => {
    let kills = 0
    for (let statements = 0; ; statements++) {
      await runSql(t.database, restore)
      const isKilled = await run(dyingAfter(database, statements), 'first').then(
        () => false,
        (error) => {
          assert(error instanceof Killed, String(error))
          return true
        },
      )
      const { differences } = await t.verify()
      assert.deepEqual(differences, [], `killed after ${statements} statements`)
      if (!isKilled) break
      kills += 1
      if (statements > 0) assert.equal((await run(database, 'second')).isHolder, false, 'its lease holds')
      await runSql(t.database, `update SCHEMA.log_retention set held_at = now() - interval '1 h'`)
      await run(database, 'second')
      await assertDone(statements)
    }
    await assertDone('nothing')
    assert(kills > 20, `${kills} statements were tried`)
  })

  it('stops when another one has taken over meanwhile', async () => {
    await runSql(t.database, restore)
    const retention = new Retention(database)
    let steps = 0
    const store = new Proxy(retention, {
      get: (target, name) => {
        if (name !== 'takeFinishedTasks') return (target[name as keyof Retention] as () => unknown).bind(target)
        return async (request: Parameters<Retention['takeFinishedTasks']>[0]) => {
          if (++steps === 2)
            await runSql(t.database, `update SCHEMA.log_retention set holder = 'another', held_at = now()`)
          return retention.takeFinishedTasks(request)
        }
      },
    })
    const parts = { store, clock: t.clock, holder: 'first', finishedTasksMs: hourMs, batchSize: 2 }
    const { isHolder, tasks } = await new RetentionRun(parts).run()
    assert.deepEqual([isHolder, tasks, steps], [false, 2, 2])
    const [row] = await runSql(t.database, 'select holder from SCHEMA.log_retention')
    assert.equal(row!.holder, 'another')
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('drops no partition that has entries of tasks', async () => {
    await runSql(t.database, restore)
    const retention = new Retention(database)
    assert.equal(await retention.beginRetention('first', 60_000), true)
    assert.equal(await retention.dropLogPartition('first', 'event_log_old'), undefined)
    while ((await retention.moveForward('first', 'event_log_old', 5)) > 0)
      assert.deepEqual((await t.verify()).differences, [])
    assert.deepEqual(await retention.dropLogPartition('first', 'event_log_old'), { tasks: 0, entries: 1 })
  })

  async function assertDone(killedAfter: unknown): Promise<void> {
    const { tasks, differences } = await t.verify()
    const left = await countRows(t.database, 'event_log', `task_id is null or logged_at < '2021-01-01'`)
    const [old] = await runSql(t.database, `select to_regclass('SCHEMA.event_log_old') as name`)
    assert.deepEqual(
      { tasks, differences, left, old: old!.name },
      { tasks: 1, differences: [], left: 0, old: null },
      String(killedAfter),
    )
  }
})
