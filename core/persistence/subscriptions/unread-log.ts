import type { Transaction } from '../../contracts/transaction.js'
import type { Database } from '../database.js'

/**
 * What durable subscribers have not read yet, which retention leaves alone: entries behind the cursor that is least far, and tasks of which
 * an event waits to be tried again. A subscriber that no worker has had for its `expireAfterMs` is waited for no longer.
 */
export class UnreadLog {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The last entry that all have read; undefined where there is nobody to read. */
  async within(transaction: Transaction): Promise<string | undefined> {
    const sql = `select min(c.log_id - case when c.log_index < 999999 then 1 else 0 end)::text as "readUpTo"
      from ${this.#table('subscription_shards')} c join ${this.#table('subscriptions')} s on s.name = c.subscription
      where ${this.#isWaitedFor}`
    const [row] = await transaction.query<{ readUpTo: string | null }>(sql)
    return row!.readUpTo ?? undefined
  }

  /** SQL: the task of this id has been read to its end. Looks up one entry and one lane of it. */
  isRead(taskId: string, readUpTo: string): string {
    const lanes = `select 1 from ${this.#table('subscription_lanes')} l
      join ${this.#table('subscriptions')} s on s.name = l.subscription and ${this.#isWaitedFor} where l.lane = ${taskId}::text`
    return `(select max(e.id) from ${this.#table('event_log')} e where e.task_id = ${taskId}) <= ${readUpTo} and not exists (${lanes})`
  }

  /** SQL: no event of the entry of this id, which belongs to no task, waits to be tried again. */
  isNotHeld(entryId: string): string {
    return `not exists (select 1 from ${this.#table('subscription_lanes')} l
      join ${this.#table('subscriptions')} s on s.name = l.subscription and ${this.#isWaitedFor} where l.lane = 'entry:' || ${entryId})`
  }

  /** Whether an entry in a partition of the log is held. */
  async holdsAny(transaction: Transaction, partition: string): Promise<boolean> {
    const sql = `select 1 from ${partition} p where not (${this.isNotHeld('p.id')}) limit 1`
    return (await transaction.query(sql)).length > 0
  }

  get #isWaitedFor(): string {
    return `s.seen_at >= now() - s.expire_after_ms * interval '1 millisecond'`
  }

  #table(name: string): string {
    return this.#database.table(name)
  }
}
