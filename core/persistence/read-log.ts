import { setTimeout as sleep } from 'node:timers/promises'
import type { LogEvent, LogQuery, StoredLogEntry } from '../contracts/store.js'
import { LogBlockedError, LogPositionError } from '../errors/persistence-errors.js'
import { formatPosition, parsePosition } from '../workflow/log-position.js'
import type { Database } from './database.js'

const DEFAULT_LIMIT = 100
const MOST_WAIT_MS = 5_000
const WAIT_STEP_MS = 5

interface LogRow {
  readonly id: string
  readonly taskId: string | null
  readonly entry: number | null
  readonly events: readonly LogEvent[]
}

/** The last event that was read: entry and index; before the first entry, entry 0. */
interface Start {
  readonly logId: bigint
  readonly index: number
}

/** Entries in order; `isBlocked`: behind them is a missing id, and further entries. */
interface Reading {
  readonly entries: readonly StoredLogEntry[]
  readonly isBlocked: boolean
  readonly lastSeen: bigint
}

/**
 * Reads the log in the order of its ids, so that nothing that commits later ever comes before what was returned.
 *
 * Ids are drawn from a sequence while a transaction runs, and seen when it commits: a greater id may be seen first. So a missing
 * id is either of a transaction that still runs, or of one that was rolled back, and an entry behind it may only be returned
 * once it is known which. The proof:
 *
 * 1. Ids are drawn one by one in order (cache 1), so that the missing id g was drawn before the id r > g that we see, and r
 *    before its commit, and that before our look at the log.
 * 2. Who draws an id is inserting into `event_log`, and has held ROW EXCLUSIVE on the table since before it drew, until after it
 *    ended: PostgreSQL lets others see a commit first and releases its locks then.
 * 3. So if, after our look, we list who holds that lock, the owner of g is on the list, or it has ended. Once everybody
 *    on the list has ended, the owner of g has, and a new look shows g, or g will never be.
 *
 * Entries of one task need none of this: its commits follow one another under the lock of its row.
 *
 * The usual answer, comparing ids of transactions with `pg_snapshot_xmin`, would wait for any long transaction of any
 * database of the server. This one waits only for those who write to this log, which takes milliseconds.
 */
export class LogReader {
  readonly #database: Database
  readonly #select: string

  constructor(database: Database) {
    this.#database = database
    this.#select = `select id, task_id as "taskId", entry, events from ${database.table('event_log')}`
  }

  async read(query: LogQuery): Promise<readonly StoredLogEntry[]> {
    const start = startOf(query.after)
    const limit = query.limit ?? DEFAULT_LIMIT
    return query.taskId === undefined ? this.#readAll(start, limit) : this.#readTask(query.taskId, start, limit)
  }

  async append(events: readonly LogEvent[]): Promise<string> {
    const sql = `insert into ${this.#database.table('event_log')} (events) values ($1::jsonb) returning id`
    const [row] = await this.#database.query<{ id: string }>(sql, [JSON.stringify(events)])
    return row!.id
  }

  /** The position of the last event that is seen now. What commits later under a smaller id comes before it. */
  async end(): Promise<string | undefined> {
    const sql = `select id, jsonb_array_length(events) as length from ${this.#database.table('event_log')}
      order by id desc limit 1`
    const [row] = await this.#database.query<{ id: string; length: number }>(sql)
    return row && formatPosition(row.id, row.length - 1)
  }

  async #readTask(taskId: string, start: Start, limit: number): Promise<readonly StoredLogEntry[]> {
    const sql = `${this.#select} where task_id = $1::uuid and id >= $2 order by id limit $3`
    const rows = await this.#database.query<LogRow>(sql, [taskId, start.logId, limit + 1])
    return toReading(rows, start, rows.length, limit).entries
  }

  /** What stands before the first gap is returned at once; a gap right at the start is waited for. */
  async #readAll(start: Start, limit: number): Promise<readonly StoredLogEntry[]> {
    const first = await this.#look(start, limit, 0n)
    if (first.entries.length > 0 || !first.isBlocked) return first.entries
    await this.#waitForWriters(start)
    // The gaps up to the last entry seen before are empty for good, or have been filled by now.
    return (await this.#look(start, limit, first.lastSeen)).entries
  }

  async #look(start: Start, limit: number, settledUpTo: bigint): Promise<Reading> {
    const sql = `${this.#select} where id >= $1 order by id limit $2`
    const rows = await this.#database.query<LogRow>(sql, [start.logId, limit + 1])
    return toReading(rows, start, safeLength(rows, start, settledUpTo), limit)
  }

  /** Waits until everybody who writes to the log now has ended. */
  async #waitForWriters(start: Start): Promise<void> {
    const began = performance.now()
    let open = await this.#writers()
    while (open.size > 0) {
      const waitedMs = performance.now() - began
      if (waitedMs > MOST_WAIT_MS) {
        throw new LogBlockedError(String(start.logId), [...open.values()], Math.round(waitedMs))
      }
      await sleep(WAIT_STEP_MS)
      const now = await this.#writers()
      open = new Map([...open].filter(([transaction]) => now.has(transaction)))
    }
  }

  /** Transactions that write to the log, each with the id of its database process. */
  async #writers(): Promise<ReadonlyMap<string, number>> {
    const sql = `select virtualtransaction as transaction, pid from pg_catalog.pg_locks
      where locktype = 'relation' and mode = 'RowExclusiveLock' and granted and relation = $1::regclass
      and database = (select oid from pg_catalog.pg_database where datname = current_database())`
    const rows = await this.#database.query<{ transaction: string; pid: number }>(sql, [
      this.#database.table('event_log'),
    ])
    return new Map(rows.map(({ transaction, pid }) => [transaction, pid]))
  }
}

function startOf(after: string | undefined): Start {
  if (after === undefined) return { logId: 0n, index: 0 }
  const position = parsePosition(after)
  if (!position) throw new LogPositionError(after)
  return { logId: BigInt(position.logId), index: position.index }
}

/** How many rows there are before the first missing id greater than `settledUpTo`. */
function safeLength(rows: readonly LogRow[], start: Start, settledUpTo: bigint): number {
  let previous = start.logId
  for (const [index, row] of rows.entries()) {
    const id = BigInt(row.id)
    const missing = id > previous + 1n ? id - 1n : undefined
    if (missing !== undefined && missing > settledUpTo) return index
    previous = id
  }
  return rows.length
}

/** The first `length` rows as entries, without what was read of the first of them before. */
function toReading(rows: readonly LogRow[], start: Start, length: number, limit: number): Reading {
  const entries = rows
    .slice(0, length)
    .map((row) => withoutBeginning(row, BigInt(row.id) === start.logId ? start.index + 1 : 0))
    .filter((entry) => entry.events.length > 0)
    .slice(0, limit)
  return { entries, isBlocked: length < rows.length, lastSeen: BigInt(rows.at(-1)?.id ?? 0) }
}

function withoutBeginning(row: LogRow, firstIndex: number): StoredLogEntry {
  return { ...row, firstIndex, events: firstIndex === 0 ? row.events : row.events.slice(firstIndex) }
}
