import type { LogUpkeepStore, RetentionPlan, Taken, TakeRequest } from '../contracts/log-upkeep.js'
import type { Transaction } from '../contracts/transaction.js'
import { RetentionLostError } from '../errors/log-errors.js'
import type { Database } from './database.js'
import { isLocked, LOCK_TIMEOUT, LogPartitions } from './log-partitions.js'
import { formatCursor, parseCursor } from './page-cursor.js'
import { UnreadLog } from './subscriptions/unread-log.js'

/** Rows of tasks that one step looks through, whether it takes them or not. */
const windowSize = 2_000
const FINISHED = `('complete', 'cancelled', 'resolved_manually')`

interface TakenRow {
  readonly tasks: number
  readonly entries: number
  readonly lastId: string | null
  readonly nextCreatedAt: string | null
  readonly nextId: string | null
}

/**
 * Takes away what is old: whole finished tasks, rows and log in one transaction, so that log and rows agree at every moment; then,
 * when the entries of all other tasks have been moved forward, the partitions of the log.
 *
 * One holder at a time, by a lease on the row of `log_retention`: each step renews it first, and waits there for a step that is
 * under way. The same row keeps the highest id that was ever taken, by which a reader knows that it has fallen behind.
 */
export class Retention implements LogUpkeepStore {
  readonly #database: Database
  readonly #partitions: LogPartitions
  readonly #unread: UnreadLog

  constructor(database: Database) {
    this.#database = database
    this.#unread = new UnreadLog(database)
    this.#partitions = new LogPartitions(database)
  }

  makeLogPartitions(intervalMs: number): Promise<readonly string[]> {
    return this.#partitions.make(intervalMs)
  }

  async beginRetention(holder: string, leaseMs: number): Promise<boolean> {
    const sql = `update ${this.#state} set holder = $1, lease_ms = $2, held_at = now()
      where holder is null or holder = $1 or held_at < now() - lease_ms * interval '1 millisecond' returning 1`
    return (await this.#database.query(sql, [holder, leaseMs])).length > 0
  }

  async endRetention(holder: string): Promise<void> {
    await this.#database.query(`update ${this.#state} set holder = null where holder = $1`, [holder])
  }

  async takeFinishedTasks({ holder, finishedBefore, limit, after }: TakeRequest): Promise<Taken & { next?: string }> {
    const keys = parseCursor(after === undefined ? undefined : { after }, ['time', 'id'] as const)
    const values = [finishedBefore, limit, keys?.[0] ?? null, keys?.[1] ?? null]
    return this.#asHolder(holder, async (transaction) => {
      const unread = await this.#unread.within(transaction)
      const [row] = await transaction.query<TakenRow>(this.#takeSql(unread), values)
      const { tasks, entries, lastId, nextCreatedAt, nextId } = row!
      await this.#noteLoss(transaction, lastId, entries)
      return nextId === null ? { tasks, entries } : { tasks, entries, next: formatCursor([nextCreatedAt!, nextId]) }
    })
  }

  async takeTasklessEntries(holder: string, olderThanMs: number, limit: number): Promise<Taken> {
    const table = this.#table('event_log_default')
    const sql = `with gone as (
        delete from ${table} where ctid = any(array(
          select ctid from ${table} where task_id is null and logged_at < now() - $1 * interval '1 millisecond'
            and ($3::bigint is null or id <= $3) and ${this.#unread.isNotHeld('id')} limit $2::int
        )) returning id
      ) select count(*)::int as entries, max(id)::text as "lastId" from gone`
    return this.#asHolder(holder, async (transaction) => {
      const readUpTo = (await this.#unread.within(transaction)) ?? null
      const [row] = await transaction.query<TakenRow>(sql, [olderThanMs, limit, readUpTo])
      await this.#noteLoss(transaction, row!.lastId, row!.entries)
      return { tasks: 0, entries: row!.entries }
    })
  }

  async expiredPartitions(olderThanMs: number): Promise<readonly string[]> {
    const [clock] = await this.#database.query<{ ms: number }>(
      'select (extract(epoch from now()) * 1000)::float8 as ms',
    )
    const partitions = await this.#partitions.list()
    return partitions.filter(({ to }) => to.getTime() <= clock!.ms - olderThanMs).map(({ name }) => name)
  }

  async moveForward(holder: string, partition: string, limit: number): Promise<number> {
    const table = this.#table(partition)
    const { to } = (await this.#partitions.list()).find(({ name }) => name === partition) ?? {}
    if (to === undefined) return 0
    // Not earlier than the end of the partition, whatever the clock says: it would come back.
    const sql = `with moved as (
        delete from ${table} where ctid = any(array(select ctid from ${table} where task_id is not null limit $1::int))
        returning id, task_id, entry, events
      )
      insert into ${this.#table('event_log')} (id, task_id, entry, events, logged_at)
      select id, task_id, entry, events, greatest(now(), $2::timestamptz) from moved returning 1`
    return this.#asHolder(holder, async (transaction) => {
      return (await transaction.query(sql, [limit, to.toISOString()])).length
    })
  }

  async dropLogPartition(holder: string, partition: string): Promise<Taken | undefined> {
    const table = this.#table(partition)
    try {
      return await this.#asHolder(holder, async (transaction) => {
        const count = `select count(*)::int as entries, max(id)::text as "lastId" from ${table}`
        const [row] = await transaction.query<TakenRow>(count)
        await transaction.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
        // The log first, as its writers do; from here on nobody can add to the partition.
        await transaction.query(`lock table only ${this.#table('event_log')} in access exclusive mode`)
        const tasks = await transaction.query(`select 1 from ${table} where task_id is not null limit 1`)
        if (tasks.length > 0) return undefined
        const readUpTo = await this.#unread.within(transaction)
        if (await this.#unread.holdsAny(transaction, table)) return undefined
        if (readUpTo !== undefined && row!.lastId !== null && BigInt(row!.lastId) > BigInt(readUpTo)) return undefined
        await transaction.query(`drop table ${table}`)
        await this.#noteLoss(transaction, row!.lastId, row!.entries)
        return { tasks: 0, entries: row!.entries }
      })
    } catch (error) {
      if (isLocked(error)) return undefined
      throw error
    }
  }

  async planRetention(finishedBefore: string, olderThanMs: number): Promise<RetentionPlan> {
    const sql = `select count(*)::int as tasks from ${this.#table('tasks')}
      where state in ${FINISHED} and completed_at < $1::timestamptz`
    const [row] = await this.#database.query<{ tasks: number }>(sql, [finishedBefore])
    return { tasks: row!.tasks, partitions: await this.expiredPartitions(olderThanMs) }
  }

  /** Runs `work` in a transaction that holds the row of the retention, if that is still the holder's. */
  #asHolder<T>(holder: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (transaction) => {
      const sql = `update ${this.#state} set held_at = now() where holder = $1 returning 1`
      const renewed = await transaction.query(sql, [holder])
      if (renewed.length === 0) throw new RetentionLostError(holder)
      return work(transaction)
    })
  }

  async #noteLoss(transaction: Transaction, lastId: string | null, entries: number): Promise<void> {
    if (lastId === null) return
    const sql = `update ${this.#state} set lost_id = greatest(lost_id, $1::bigint), lost_entries = lost_entries + $2`
    await transaction.query(sql, [lastId, entries])
  }

  /**
   * Values: finishedBefore, limit, and the keys of the task before. Goes by time of creation, because no task has ended before it was
   * created, and that is what there is an index for; one by time of ending would be written at the end of every task.
   *
   * @param readUpTo the entry up to which durable subscribers have read; undefined: there are none
   */
  #takeSql(readUpTo: string | undefined): string {
    const tasks = this.#table('tasks')
    const isRead = readUpTo === undefined ? '' : `and ${this.#unread.isRead('seen.id', readUpTo)}`
    return `with seen as materialized (
        select id, created_at, state in ${FINISHED} and completed_at < $1::timestamptz as fits from ${tasks}
        where created_at < $1::timestamptz and ($4::uuid is null or (created_at, id) > ($3::timestamptz, $4::uuid))
        order by created_at, id limit ${windowSize}
      ), chosen as materialized (
        select t.id, t.created_at, t.identity_hash from ${tasks} t join (
          select id from seen where fits ${isRead} order by created_at, id limit $2::int
        ) s on s.id = t.id order by t.created_at, t.id for update of t skip locked
      ), ids as materialized (select array_agg(id) as all from chosen),
      gone_steps as (delete from ${this.#table('steps')} where task_id = any((select "all" from ids)::uuid[])),
      gone_commands as (delete from ${this.#table('commands')} where task_id = any((select "all" from ids)::uuid[])),
      gone_changes as (delete from ${this.#table('changes')} where task_id = any((select "all" from ids)::uuid[])),
      gone_entries as (delete from ${this.#table('event_log')} where task_id = any((select "all" from ids)::uuid[]) returning id),
      gone_identities as (delete from ${this.#table('task_identities')} i using chosen c
        where i.hash = c.identity_hash and i.task_id = c.id),
      gone_tasks as (delete from ${tasks} where id = any((select "all" from ids)::uuid[])),
      last as (
        select id, created_at from (
          (select id, created_at from seen where (select count(*) from chosen) = $2::int and id in (select id from chosen)
            order by created_at desc, id desc limit 1)
          union all
          (select id, created_at from seen where (select count(*) from chosen) < $2::int and (select count(*) from seen) = ${windowSize}
            order by created_at desc, id desc limit 1)
        ) l
      )
      select (select count(*)::int from chosen) as tasks, (select count(*)::int from gone_entries) as entries,
        (select max(id)::text from gone_entries) as "lastId",
        (select created_at from last) as "nextCreatedAt", (select id from last) as "nextId"`
  }

  get #state(): string {
    return this.#table('log_retention')
  }

  #table(name: string): string {
    return this.#database.table(name)
  }
}
