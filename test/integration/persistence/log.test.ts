import assert from 'node:assert/strict'
import type { LogEvent } from '../../../core/contracts/store.js'
import { wholeEntry } from '../../../core/contracts/subscription-store.js'
import type { Transaction } from '../../../core/contracts/transaction.js'
import type { Database } from '../../../core/persistence/database.js'
import type { StatementHook } from '../../../core/persistence/statement-hook.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { SubscriptionTables } from '../../../core/persistence/subscriptions/subscription-store.js'
import { formatPosition } from '../../../core/workflow/log-position.js'
import { change, creation, logEvent, taskRecord } from '../../support/task-records.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

const custom = (name: string): LogEvent => logEvent(taskRecord(), { name: `order.${name}` })
const names = (entries: readonly { readonly events: readonly LogEvent[] }[]): string[] =>
  entries.flatMap(({ events }) => events.map(({ name }) => name.replace('order.', '')))

const subscriptions = new WeakMap<Database, SubscriptionTables>()

/** One reader of a database for all calls, as a process has it. */
function shardsOf(database: Database): SubscriptionTables {
  const tables = subscriptions.get(database) ?? new SubscriptionTables(database)
  subscriptions.set(database, tables)
  return tables
}

const waysToRead: Readonly<Record<string, (store: PostgresStore, database: Database) => Promise<string[]>>> = {
  'as programs do': async (store) => names(await store.readLog({})),
  'as durable subscribers do': async (_, database) => {
    const after = { logId: 0, index: wholeEntry }
    return names((await shardsOf(database).readShards({ after, limit: 100, shardCount: 4 })).entries)
  },
}

describe('reading the log', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  it('gives entries in order, page by page, with what was written', async () => {
    const task = taskRecord()
    await store.commit([creation(task)])
    await store.commit([change(task)])
    const id = await store.appendToLog([custom('sent')])
    const all = await store.readLog({})
    assert.deepEqual(
      all.map(({ taskId, entry }) => [taskId, entry]),
      [
        [task.id, 1],
        [task.id, 2],
        [null, null],
      ],
    )
    assert.equal(all[2]?.id, id)
    const pages: unknown[] = []
    for (let after: string | undefined; ; ) {
      const page = await store.readLog({ limit: 1, ...(after ? { after } : {}) })
      if (page.length === 0) break
      pages.push(...page)
      after = formatPosition(page[0]!.id, page[0]!.firstIndex + page[0]!.events.length - 1)
    }
    assert.deepEqual(pages, all)
  })

  it('goes on within an entry where the position stands within it', async () => {
    const id = await store.appendToLog(['a', 'b', 'c'].map(custom))
    await store.appendToLog([custom('d')])
    const entries = await store.readLog({ after: formatPosition(id, 0), limit: 1 })
    assert.deepEqual([names(entries), entries[0]?.firstIndex, entries[0]?.id], [['b', 'c'], 1, id])
    const later = await store.readLog({ after: formatPosition(id, 2) })
    assert.deepEqual([names(later), later[0]?.firstIndex], [['d'], 0])
  })

  it('gives only the entries of one task where that is asked', async () => {
    const [task, other] = [taskRecord(), taskRecord()]
    await store.commit([creation(task), creation(other)])
    await store.commit([change(task)])
    const entries = await store.readLog({ taskId: task.id })
    assert.deepEqual(
      entries.map(({ taskId, entry }) => [taskId, entry]),
      [
        [task.id, 1],
        [task.id, 2],
      ],
    )
    const after = formatPosition(entries[0]!.id, 0)
    assert.deepEqual(
      (await store.readLog({ taskId: task.id, after })).map(({ entry }) => entry),
      [2],
    )
  })

  it('refuses a position that is none', async () => {
    await assert.rejects(store.readLog({ after: '17' }), { code: 'LOG_POSITION' })
  })

  it('passes the ids of entries that were rolled back', async () => {
    await store.appendToLog([custom('a')])
    await assert.rejects(
      database.transaction(async (transaction) => {
        await insert(database, transaction, 'lost')
        throw new Error('rolled back')
      }),
    )
    await store.appendToLog([custom('b')])
    const first = await store.readLog({})
    assert.deepEqual(names(first), ['a'])
    assert.deepEqual(names(await store.readLog({ after: formatPosition(first[0]!.id, 0) })), ['b'])
  })

  describe('while transactions overlap', () => {
    let other: Database
    before(function () {
      if (!hasConcurrentTransactions) this.skip()
    })
    beforeEach(async () => {
      other = await openSame(database)
    })
    afterEach(() => other.close())

    it('holds entries back behind one that is not yet committed, and loses none', async () => {
      await store.appendToLog([custom('a')])
      let reading: Promise<readonly { readonly events: readonly LogEvent[] }[]> | undefined
      let isRead = false
      await other.transaction(async (transaction) => {
        await insert(other, transaction, 'late')
        await store.appendToLog([custom('b')])
        const safe = await store.readLog({})
        assert.deepEqual(names(safe), ['a'])
        reading = store.readLog({ after: formatPosition(safe[0]!.id, 0) }).finally(() => {
          isRead = true
        })
        await new Promise((resolve) => setTimeout(resolve, 60))
        assert.equal(isRead, false, 'the gap might still be filled')
      })
      assert.deepEqual(names(await reading!), ['late', 'b'])
    })

    it('does not wait for transactions that do not write to the log, however long they are open', async () => {
      await other.transaction(async (transaction) => {
        await transaction.query(`insert into ${other.table('namespaces')} values ('long', null, now())`)
        await assert.rejects(
          database.transaction(async (own) => {
            await insert(database, own, 'lost')
            throw new Error('rolled back')
          }),
        )
        await store.appendToLog([custom('b')])
        assert.deepEqual(names(await store.readLog({})), ['b'])
      })
    })

    it('does not wait for writers that began after the gap was seen', async () => {
      const third = await openSame(database)
      let finish = (): void => undefined
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      let second: Promise<void> | undefined
      let reading: Promise<readonly { readonly events: readonly LogEvent[] }[]> | undefined
      await other.transaction(async (transaction) => {
        await insert(other, transaction, 'late')
        await store.appendToLog([custom('b')])
        reading = store.readLog({})
        await new Promise((resolve) => setTimeout(resolve, 60))
        second = third.transaction(async (own) => {
          await insert(third, own, 'other')
          await finished
        })
        await new Promise((resolve) => setTimeout(resolve, 60))
      })
      assert.deepEqual(names(await reading!), ['late', 'b'])
      finish()
      await second
      await third.close()
    })

    for (const [how, read] of Object.entries(waysToRead)) {
      it(`loses none where another reader has seen the end of a writer since the look, ${how}`, async () => {
        const held = Promise.withResolvers<void>()
        const isHeld = Promise.withResolvers<void>()
        let looks = 0
        const onStatement: StatementHook = async (sql, send) => {
          const answer = await send()
          const isFirst = sql.includes('event_log') && sql.includes('limit') && ++looks === 1
          if (isFirst) isHeld.resolve()
          if (isFirst) await held.promise
          return answer
        }
        const shared = await openSame(database, { onStatement })
        const reader = new PostgresStore(shared)
        let slow: Promise<string[]> | undefined
        let quick: Promise<string[]> | undefined
        await other.transaction(async (transaction) => {
          await insert(other, transaction, 'late')
          await store.appendToLog([custom('b')])
          slow = read(reader, shared)
          await isHeld.promise
          quick = read(reader, shared)
          await new Promise((resolve) => setTimeout(resolve, 60))
        })
        assert.deepEqual(await quick, ['late', 'b'])
        held.resolve()
        assert.deepEqual(await slow, ['late', 'b'])
        await shared.close()
      })
    }

    it('misses nothing and repeats nothing while many transactions commit and roll back in any order', async () => {
      const written: string[] = []
      const write = async (writer: number): Promise<void> => {
        for (let round = 0; round < 25; round++) {
          const name = `w${writer}r${round}`
          const isRolledBack = (writer + round) % 5 === 0
          await database
            .transaction(async (transaction) => {
              await insert(database, transaction, name)
              await new Promise((resolve) => setTimeout(resolve, (writer * 7 + round * 13) % 6))
              if (isRolledBack) throw new Error('rolled back')
              written.push(name)
            })
            .catch(() => undefined)
        }
      }
      const reader = new PostgresStore(other)
      const read: string[] = []
      let isWriting = true
      const reading = (async () => {
        for (let after: string | undefined; ; ) {
          const wasWriting = isWriting
          const page = await reader.readLog({ limit: 4, ...(after ? { after } : {}) })
          read.push(...names(page))
          const last = page.at(-1)
          if (last) after = formatPosition(last.id, last.firstIndex + last.events.length - 1)
          else if (!wasWriting) return
        }
      })()
      await Promise.all([0, 1, 2, 3].map(write))
      isWriting = false
      await reading
      assert.deepEqual([...read].sort(), [...written].sort())
    })
  })
})

async function insert(database: Database, transaction: Transaction, name: string): Promise<void> {
  const sql = `insert into ${database.table('event_log')} (events) values ($1::jsonb)`
  await transaction.query(sql, [JSON.stringify([custom(name)])])
}
