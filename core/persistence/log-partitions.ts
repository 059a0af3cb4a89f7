import type { Transaction } from '../contracts/transaction.js'
import type { Database } from './database.js'
import { sqlStateOf } from './database-failures.js'

/** One partition with bounds; `to` itself is not in it. */
export interface LogPartition {
  readonly name: string
  readonly from: Date
  readonly to: Date
}

/** How long a change of partitions waits for a lock: writers wait behind it, so it gives up soon and comes back later. */
export const LOCK_TIMEOUT = '300ms'
/** A partition begins so far in the future that it is there before the first row for it. */
const leadMs = 10_000
/** So many intervals are covered ahead of now. */
const intervalsAhead = 2

const CHECK_VIOLATION = '23514'
const LOCK_NOT_AVAILABLE = '55P03'

/** Whether somebody else's lock was in the way, so that the same may be tried later. */
export function isLocked(error: unknown): boolean {
  return sqlStateOf(error) === LOCK_NOT_AVAILABLE
}

/**
 * The partitions of the event log by time.
 *
 * One is made as a table of its own and then attached: that takes no lock on the log that would stop its writers, only one on the
 * default partition, for as long as it takes to see that nothing in it belongs into the new one. So they begin where nothing
 * can have been written yet; what is written where there is none stays in the default partition.
 */
export class LogPartitions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async make(intervalMs: number): Promise<readonly string[]> {
    try {
      return await this.#database.transaction(async (transaction) => {
        const lock = `select pg_try_advisory_xact_lock(hashtext($1)) as "isFree"`
        const [row] = await transaction.query<{ isFree: boolean }>(lock, [
          `tasker log partitions of ${this.#database.schema}`,
        ])
        return row!.isFree ? this.#makeMissing(transaction, intervalMs) : []
      }, `set local lock_timeout = '${LOCK_TIMEOUT}'`)
    } catch (error) {
      if (isLocked(error) || sqlStateOf(error) === CHECK_VIOLATION) return []
      throw error
    }
  }

  /** Those with bounds on both sides, the oldest first: not the default one, and none that a person made without an end. */
  async list(transaction: Transaction = this.#database): Promise<readonly LogPartition[]> {
    const bound = `regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('([^']+)'\\) TO \\('([^']+)'\\)$$)`
    const sql = `select name, (extract(epoch from b[1]::timestamptz) * 1000)::float8 as from_ms,
        (extract(epoch from b[2]::timestamptz) * 1000)::float8 as to_ms
      from (select c.relname as name, ${bound} as b from pg_catalog.pg_inherits i
        join pg_catalog.pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass) p
      where b is not null order by b[1]::timestamptz`
    const rows = await transaction.query<{ name: string; from_ms: number; to_ms: number }>(sql, [
      this.#table('event_log'),
    ])
    return rows.map(({ name, from_ms, to_ms }) => ({ name, from: new Date(from_ms), to: new Date(to_ms) }))
  }

  async #makeMissing(transaction: Transaction, intervalMs: number): Promise<readonly string[]> {
    const [clock] = await transaction.query<{ ms: number }>('select (extract(epoch from now()) * 1000)::float8 as ms')
    const now = clock!.ms
    const last = (await this.list(transaction)).at(-1)?.to.getTime() ?? 0
    const names: string[] = []
    for (let from = Math.max(last, firstBegin(now, intervalMs)); from < now + intervalsAhead * intervalMs; ) {
      const to = nextBoundary(from, intervalMs)
      names.push(await this.#makeOne(transaction, new Date(from), new Date(to)))
      from = to
    }
    return names
  }

  /** Storage as create-tables.ts has it for the default one. */
  async #makeOne(transaction: Transaction, from: Date, to: Date): Promise<string> {
    const name = `event_log_${from.toISOString().replace(/\D/g, '').replace(/0{3}$/, '')}`
    await transaction.query(`create table ${this.#table(name)}
      (like ${this.#table('event_log')} including storage, primary key (id), unique (task_id, entry))
      with (toast_tuple_target = 8160)`)
    await transaction.query(`alter table ${this.#table('event_log')} attach partition ${this.#table(name)}
      for values from ('${from.toISOString()}') to ('${to.toISOString()}')`)
    return name
  }

  #table(name: string): string {
    return this.#database.table(name)
  }
}

function firstBegin(now: number, intervalMs: number): number {
  return Math.ceil((now + Math.min(leadMs, intervalMs)) / 1000) * 1000
}

/** Boundaries are whole multiples of the interval; a piece shorter than half of it joins the one behind it. */
function nextBoundary(from: number, intervalMs: number): number {
  const next = (Math.floor(from / intervalMs) + 1) * intervalMs
  return next - from < intervalMs / 2 ? next + intervalMs : next
}
