import assert from 'node:assert/strict'
import type { Transaction } from '../../../core/contracts/transaction.js'
import { AuditReader } from '../../../core/persistence/audit-reader.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { change, creation, stepRecord, taskRecord } from '../../support/task-records.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

describe('what a verification reads of a task', () => {
  let database: Database
  let other: Database

  before(function () {
    if (!hasConcurrentTransactions) this.skip()
  })
  beforeEach(async () => {
    database = await openTestDatabase()
    other = await openSame(database)
  })
  afterEach(async () => {
    await other?.close()
    if (database) await closeTestDatabase(database)
  })

  it('is of one moment, whatever is committed between its statements', async () => {
    const store = new PostgresStore(other)
    let task = taskRecord()
    let step = stepRecord(task)
    await store.commit([creation(task, [step])])
    const commit = async () => {
      step = { ...step, attempts: step.attempts + 1 }
      const write = change(task, { priority: task.priority + 1 }, { changedSteps: [step] })
      await store.commit([write])
      task = write.task
    }
    const reader = new AuditReader(afterEachQuery(database, commit))
    for (let read = 0; read < 3; read++) {
      const [audited] = (await reader.auditTasks({ filter: {} })).tasks
      const { priority, logEntry } = audited!.task
      assert.deepEqual(
        [audited!.steps[0]!.attempts, logEntry, audited!.lastLogged],
        [priority, priority + 1, priority + 1],
      )
    }
    assert(task.priority >= 9, 'there were commits between the statements')
  })
})

/** Something happens after each query of a transaction. */
function afterEachQuery(database: Database, happen: () => Promise<void>): Database {
  const watched = (transaction: Transaction): Transaction => ({
    query: async (sql, values) => {
      const rows = await transaction.query(sql, values)
      await happen()
      return rows as never
    },
  })
  return new Proxy(database, {
    get: (target, name) => {
      if (name !== 'transaction') {
        const member = Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      }
      return (work: Parameters<Database['transaction']>[0], opening?: string) =>
        target.transaction((transaction, opened) => work(watched(transaction), opened), opening)
    },
  })
}
