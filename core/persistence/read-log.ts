import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLag } from '../contracts/event-log.js'
import type { LogEvent, LogQuery, StoredLogEntry } from '../contracts/store.js'
import { type ShardPage, type ShardRequest, wholeEntry } from '../contracts/subscription-store.js'
import { LogBlockedError, LogExpiredError } from '../errors/log-errors.js'
import { LogPositionError } from '../errors/persistence-errors.js'
import { formatPosition, parsePosition } from '../workflow/log-position.js'
import type { Database } from './database.js'
import { LogWriters } from './log-writers.js'
import { shardOf } from './subscriptions/shard-of.js'

const DEFAULT_LIMIT = 100
/** How long a read waits for writers that are in its way before it gives up. */
const mostWaitMs = 5_000
const WAIT_STEP_MS = 5
/** Of how many writers it is told who they are. */
const MOST_DESCRIBED = 20

interface LogRow {
  readonly id: string
  readonly taskId: string | null
  readonly entry: number | null
  readonly events: readonly LogEvent[]
}

interface ShardLogRow extends Omit<LogRow, 'events'> {
  readonly shard: number
  /** Null of other shards. */
  readonly events: readonly LogEvent[] | null
}

/** The last event that was read: entry and index; before the first entry, entry 0. */
interface Start {
  readonly logId: bigint
  readonly index: number
}

/** Entries in order; `isBlocked`: behind them is a missing id that may still come, and further entries. */
interface Reading {
  readonly entries: readonly StoredLogEntry[]
  readonly isBlocked: boolean
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
 *    ended: PostgreSQL lets others see a commit first and releases its locks then. (LogWriters looks at the partitions as well.)
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
  readonly #writers: LogWriters
  readonly #select: string
  readonly #mostWaitMs: number
  /**
   * No id up to this one that is missing will ever be there: everybody who might have held one has ended since. So it says of a look that begins
   * now; of one that has begun before it says nothing, while several may read at once: it is to be noted before each look.
   */
  #settledUpTo = 0n

  constructor(database: Database, options: { readonly mostWaitMs?: number } = {}) {
    this.#database = database
    this.#writers = new LogWriters(database)
    this.#mostWaitMs = options.mostWaitMs ?? mostWaitMs
    this.#select = `select id, task_id as "taskId", entry, events from ${this.#table}`
  }

  async read(query: LogQuery): Promise<readonly StoredLogEntry[]> {
    const start = startOf(query.after)
    const limit = query.limit ?? DEFAULT_LIMIT
    return query.taskId === undefined ? this.#readAll(query, start, limit) : this.#readTask(query.taskId, start, limit)
  }

  /** Entries behind a point, of some shards of the log; those of others are passed over unread. */
  async readShards({ after, limit, shardCount, shards }: ShardRequest): Promise<ShardPage> {
    const start = { logId: BigInt(after.logId), index: after.index }
    const shard = shardOf(shardCount)
    const events = shards === undefined ? 'events' : `case when ${shard} = any($3::int[]) then events end as events`
    const sql = `select id, task_id as "taskId", entry, ${shard} as shard, ${events} from ${this.#table}
      where id ${after.index >= wholeEntry ? '>' : '>='} $1 order by id limit $2`
    const values = [start.logId, limit, ...(shards === undefined ? [] : [shards])]
    const look = async () => {
      const settledUpTo = this.#settledUpTo
      const seen = await this.#database.query<ShardLogRow>(sql, values)
      return { seen, rows: seen.slice(0, safeLength(seen, start, settledUpTo)) }
    }
    const first = await look()
    const isBlocked = first.rows.length === 0 && first.seen.length > 0
    if (isBlocked) await this.#settle(start)
    const { rows } = isBlocked ? await look() : first
    return { entries: rows.flatMap((row) => toShardEntry(row, start)), through: numberOf(rows.at(-1)?.id) }
  }

  async append(events: readonly LogEvent[]): Promise<string> {
    const sql = `insert into ${this.#table} (events) values ($1::json) returning id`
    const [row] = await this.#database.query<{ id: string }>(sql, [JSON.stringify(events)])
    return row!.id
  }

  /** How far it goes, and who writes to it now. */
  async lag(): Promise<LogLag> {
    const [end, open, described] = await Promise.all([this.end(), this.#writers.open(), this.#writers.describe(1)])
    return { end, writers: open.size, oldestWriter: described[0] ?? null }
  }

  /** The position of the last event that is seen now. What commits later under a smaller id comes before it. */
  async end(): Promise<string | undefined> {
    const sql = `select id, json_array_length(events) as length from ${this.#table}
      order by id desc limit 1`
    const [row] = await this.#database.query<{ id: string; length: number }>(sql)
    return row && formatPosition(row.id, row.length - 1)
  }

  get #table(): string {
    return this.#database.table('event_log')
  }

  async #readTask(taskId: string, start: Start, limit: number): Promise<readonly StoredLogEntry[]> {
    const sql = `${this.#select} where task_id = $1::uuid and id >= $2 order by id limit $3`
    const rows = await this.#database.query<LogRow>(sql, [taskId, start.logId, limit + 1])
    return toReading(rows, start, rows.length, limit).entries
  }

  /** What stands before the first gap is returned at once; a gap right at the start is waited for. */
  async #readAll(query: LogQuery, start: Start, limit: number): Promise<readonly StoredLogEntry[]> {
    const first = await this.#look(query, start, limit)
    if (first.entries.length > 0 || !first.isBlocked) return first.entries
    await this.#settle(start)
    return (await this.#look(query, start, limit)).entries
  }

  /** What is true of the entry behind the gap is true of the last one of all: one wait settles every gap up to there. */
  async #settle(start: Start): Promise<void> {
    const [seen] = await this.#database.query<{ id: string }>(`select max(id) as id from ${this.#table}`)
    await this.#waitForWriters(start)
    if (BigInt(seen!.id) > this.#settledUpTo) this.#settledUpTo = BigInt(seen!.id)
  }

  /** Reads in one statement with the page what retention has taken, so that nothing can be taken between the two. */
  async #look({ after, toleratesLoss, lostBefore = '0' }: LogQuery, start: Start, limit: number): Promise<Reading> {
    const page = `${this.#select} where id >= $1 order by id limit $2`
    const sql = `select r.lost_id as "lostId", l.* from ${this.#database.table('log_retention')} r
      left join lateral (${page}) l on true order by l.id`
    const settledUpTo = this.#settledUpTo
    const found = await this.#database.query<LogRow & { lostId: string }>(sql, [start.logId, limit + 1])
    const lostId = BigInt(found[0]?.lostId ?? 0)
    const known = BigInt(lostBefore) > start.logId ? BigInt(lostBefore) : start.logId
    if (after !== undefined && toleratesLoss !== true && lostId > known) await this.#refuse(after, known, lostId)
    const rows = found.filter(({ id }) => id !== null).map(({ lostId: _, ...row }) => row)
    return toReading(rows, start, safeLength(rows, start, settledUpTo), limit)
  }

  /** How many ids are missing is how many entries are lost, and those that were rolled back. */
  async #refuse(after: string, known: bigint, lostId: bigint): Promise<never> {
    const sql = `select count(*)::int as kept from ${this.#table} where id > $1 and id <= $2`
    const [row] = await this.#database.query<{ kept: number }>(sql, [known, lostId])
    const lostAtMost = Number(lostId - known) - row!.kept
    throw new LogExpiredError(after, { lostId: String(lostId), lostAtMost })
  }

  /** Waits until everybody who writes to the log now has ended. */
  async #waitForWriters(start: Start): Promise<void> {
    const began = performance.now()
    let open = await this.#writers.open()
    while (open.size > 0) {
      const waitedMs = performance.now() - began
      if (waitedMs > this.#mostWaitMs) {
        const described = await this.#writers.describe(MOST_DESCRIBED)
        const blockers = described.filter(({ transaction }) => open.has(transaction))
        throw new LogBlockedError(String(start.logId), blockers, Math.round(waitedMs))
      }
      await sleep(WAIT_STEP_MS)
      const now = await this.#writers.open()
      open = new Set([...open].filter((transaction) => now.has(transaction)))
    }
  }
}

function startOf(after: string | undefined): Start {
  if (after === undefined) return { logId: 0n, index: 0 }
  const position = parsePosition(after)
  if (!position) throw new LogPositionError(after)
  return { logId: BigInt(position.logId), index: position.index }
}

/** How many rows there are before the first missing id greater than `settledUpTo`. */
function safeLength(rows: readonly { readonly id: string }[], start: Start, settledUpTo: bigint): number {
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
  return { entries, isBlocked: length < rows.length }
}

function withoutBeginning<Row extends LogRow>(row: Row, firstIndex: number): Row & Pick<StoredLogEntry, 'firstIndex'> {
  return { ...row, firstIndex, events: firstIndex === 0 ? row.events : row.events.slice(firstIndex) }
}

function toShardEntry({ events, ...row }: ShardLogRow, start: Start): ShardPage['entries'] {
  if (events === null) return []
  return [withoutBeginning({ ...row, events }, BigInt(row.id) === start.logId ? start.index + 1 : 0)]
}

function numberOf(id: string | undefined): number | undefined {
  return id === undefined ? undefined : Number(id)
}
