import type { ChangeRecord } from '../../contracts/changes.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type { LogEvent, StoredLogEntry } from '../../contracts/store.js'
import type { DeadLetterFilter } from '../../contracts/subscription.js'
import type {
  DeliveryProgress,
  HeldLane,
  LogPoint,
  OwnedShard,
  ShardPage,
  ShardRequest,
  ShardRow,
  StoredDeadLetter,
  SubscriptionDeclaration,
  SubscriptionRow,
  SubscriptionStore,
} from '../../contracts/subscription-store.js'
import type { Transaction } from '../../contracts/transaction.js'
import { recordChanges } from '../changes.js'
import type { Database } from '../database.js'
import { HEARD_OF_WITHIN_LEASE, isAlive } from '../live-workers.js'
import { LogReader } from '../read-log.js'
import { DeadLetterTable } from './dead-letter-table.js'
import { progressSql, progressValues } from './progress-sql.js'
import { selectSubscriptions } from './subscription-rows.js'

const point = `c.log_id::float8 as "logId", c.log_index as "index"`

/** Durable subscribers on PostgreSQL, the same for a server and an embedded one. */
export class SubscriptionTables implements SubscriptionStore {
  readonly #database: Database
  readonly #log: LogReader
  readonly #deadLetters: DeadLetterTable
  readonly #progressSql: string

  constructor(database: Database) {
    this.#database = database
    this.#log = new LogReader(database)
    this.#deadLetters = new DeadLetterTable(database)
    this.#progressSql = progressSql(database)
  }

  declare(declaration: SubscriptionDeclaration, workerId: string, change: ChangeRecord): Promise<void> {
    const { name, shardCount, isTransactional, from, expireAfterMs } = declaration
    const insert = `insert into ${this.#subscriptions} as s
        (name, shard_count, is_transactional, expire_after_ms, accepted_lost_id, created_at, seen_at)
      select $1, $2, $3, $4, lost_id, now(), now() from ${this.#table('log_retention')}
      on conflict (name) do update set is_transactional = excluded.is_transactional,
        expire_after_ms = excluded.expire_after_ms, seen_at = now()
      returning xmax = 0 as "isNew"`
    const start = from === 'now' ? `(select coalesce(max(id), 0) from ${this.#table('event_log')})` : '0'
    const shards = `insert into ${this.#shards} (subscription, shard, epoch, worker_id, log_id, log_index)
      select $1, shard, 0, null, ${start}, 999999 from generate_series(0, $2 - 1) as shard`
    return this.#database.transaction(async (transaction) => {
      const [row] = await transaction.query<{ isNew: boolean }>(insert, [
        name,
        shardCount,
        isTransactional,
        expireAfterMs,
      ])
      await transaction.query(this.#joinSql, [[name], workerId])
      if (!row!.isNew) return
      await transaction.query(shards, [name, shardCount])
      await recordChanges(this.#database, transaction, [change])
    })
  }

  async attend(names: readonly string[], workerId: string, isSeen: boolean): Promise<readonly SubscriptionRow[]> {
    if (isSeen) {
      await this.#database.query(`update ${this.#subscriptions} set seen_at = now() where name = any($1::text[])`, [
        names,
      ])
      // Also those who were taken for lost.
      await this.#database.query(this.#joinSql, [names, workerId])
      const lost = `not exists (select 1 from ${this.#table('workers')} w where w.id = m.worker_id and ${HEARD_OF_WITHIN_LEASE})`
      await this.#database.query(`delete from ${this.#members} m where m.worker_id <> $1 and ${lost}`, [workerId])
    }
    return this.#database.query<SubscriptionRow>(selectSubscriptions(this.#database, 's.name = any($1::text[])'), [
      names,
    ])
  }

  list(name?: string): Promise<readonly SubscriptionRow[]> {
    const sql = selectSubscriptions(this.#database, '$1::text is null or s.name = $1')
    return this.#database.query<SubscriptionRow>(sql, [name ?? null])
  }

  async isAnyAttended(): Promise<boolean> {
    const sql = `select 1 from ${this.#members} m join ${this.#table('workers')} w on w.id = m.worker_id
      where ${HEARD_OF_WITHIN_LEASE} limit 1`
    return (await this.#database.query(sql)).length > 0
  }

  /** The row of the subscription is locked as well: who pauses it waits for us, and is not overlooked. */
  claimShards(name: string, workerId: string, most: number, held: readonly number[]): Promise<readonly ShardRow[]> {
    const sql = `with free as (
        select c.shard from ${this.#shards} c join ${this.#subscriptions} s on s.name = c.subscription
        where c.subscription = $1 and s.paused_at is null and c.shard <> all($4::int[])
          and (c.worker_id is null or c.worker_id = $2 or not ${isAlive(this.#database, 'c.worker_id')})
        order by c.shard limit $3 for update of c skip locked for share of s skip locked
      )
      update ${this.#shards} c set worker_id = $2, epoch = epoch + 1 from free
      where c.subscription = $1 and c.shard = free.shard
      returning c.shard, c.epoch, c.worker_id as "workerId", ${point}, true as "isOwnerAlive"`
    return this.#database.query<ShardRow>(sql, [name, workerId, most, held])
  }

  async releaseShards(name: string, shards: readonly OwnedShard[]): Promise<void> {
    const sql = `update ${this.#shards} c set worker_id = null
      from jsonb_to_recordset($2::jsonb) as x(shard int, epoch int)
      where c.subscription = $1 and c.shard = x.shard and c.epoch = x.epoch`
    await this.#database.query(sql, [name, JSON.stringify(shards)])
  }

  async leave(names: readonly string[], workerId: string): Promise<void> {
    const sql = `with given_back as (
        update ${this.#shards} set worker_id = null where subscription = any($1::text[]) and worker_id = $2
      )
      delete from ${this.#members} where subscription = any($1::text[]) and worker_id = $2`
    await this.#database.query(sql, [names, workerId])
  }

  readShards(request: ShardRequest): Promise<ShardPage> {
    return this.#log.readShards(request)
  }

  async readLane(lane: string, from: LogPoint, through: number, limit: number): Promise<readonly StoredLogEntry[]> {
    const entryId = /^entry:(\d+)$/.exec(lane)?.[1]
    const which = entryId === undefined ? 'task_id = $4::uuid' : 'id = $4::bigint'
    const sql = `select id, task_id as "taskId", entry, events from ${this.#table('event_log')}
      where ${which} and id >= $1 and id <= $2 order by id limit $3`
    const rows = await this.#database.query<
      Omit<StoredLogEntry, 'firstIndex'> & { readonly events: readonly LogEvent[] }
    >(sql, [from.logId, through, limit, entryId ?? lane])
    return rows.map((row) => {
      const firstIndex = Number(row.id) === from.logId ? from.index : 0
      return { ...row, firstIndex, events: row.events.slice(firstIndex) }
    })
  }

  heldLanes(name: string, shards: readonly number[]): Promise<readonly HeldLane[]> {
    const sql = `select c.lane, c.shard, ${point}, c.attempts, c.due_at as "dueAt", c.error from ${this.#lanes} c
      where c.subscription = $1 and c.shard = any($2::int[])`
    return this.#database.query<HeldLane>(sql, [name, shards])
  }

  nextHeldLanes(name: string, limit: number): Promise<readonly HeldLane[]> {
    const sql = `select c.lane, c.shard, ${point}, c.attempts, c.due_at as "dueAt", c.error from ${this.#lanes} c
      where c.subscription = $1 order by c.due_at, c.lane limit $2`
    return this.#database.query<HeldLane>(sql, [name, limit])
  }

  requestedDeadLetters(name: string, shards: readonly number[], limit: number): Promise<readonly StoredDeadLetter[]> {
    return this.#deadLetters.requested(name, shards, limit)
  }

  async saveProgress(name: string, progress: DeliveryProgress): Promise<readonly number[]> {
    return shardsOf(await this.#database.query(this.#progressSql, progressValues(name, progress)))
  }

  deliverWithin(
    name: string,
    shards: readonly OwnedShard[],
    idleLimitMs: number,
    work: (transaction: Transaction, held: ReadonlySet<number>) => Promise<DeliveryProgress>,
  ): Promise<void> {
    const lock = `select c.shard from ${this.#shards} c join jsonb_to_recordset($2::jsonb) as x(shard int, epoch int)
      on c.shard = x.shard and c.epoch = x.epoch where c.subscription = $1 order by c.shard for update of c`
    return this.#database.transaction(
      async (transaction) => {
        const held = new Set(shardsOf(await transaction.query(lock, [name, JSON.stringify(shards)])))
        const progress = await work(transaction, held)
        await transaction.query(this.#progressSql, progressValues(name, progress))
      },
      `set local idle_in_transaction_session_timeout = ${Math.ceil(idleLimitMs)}`,
    )
  }

  async lockDeadLetter(transaction: Transaction, id: string): Promise<boolean> {
    const sql = `select 1 from ${this.#table('dead_letters')} where id = $1 and retry_requested_at is not null for update`
    return (await transaction.query(sql, [id])).length > 0
  }

  setPaused(name: string, paused: { at: string; reason: string } | null, change: ChangeRecord): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const sql = `update ${this.#subscriptions} set paused_at = $2, pause_reason = $3
        where name = $1 and (paused_at is null) <> ($2::timestamptz is null) returning 1`
      const rows = await transaction.query(sql, [name, paused?.at ?? null, paused?.reason ?? null])
      if (rows.length === 0) return false
      await transaction.query(
        `update ${this.#shards} set epoch = epoch + 1, worker_id = null where subscription = $1`,
        [name],
      )
      await recordChanges(this.#database, transaction, [change])
      return true
    })
  }

  move(name: string, to: LogPoint, direction: 'back' | 'forward', change: ChangeRecord): Promise<number | undefined> {
    const [beyond, failed] = direction === 'back' ? ['>', '>'] : ['<', '<=']
    const failures = (table: string) =>
      `delete from ${this.#table(table)} where subscription = $1 and (log_id, log_index) ${failed} ($2::bigint, $3::int)`
    const values = [name, to.logId, to.index]
    return this.#database.transaction(async (transaction) => {
      const accept = `update ${this.#subscriptions} s set accepted_lost_id = r.lost_id from ${this.#table('log_retention')} r
        where s.name = $1 returning 1`
      if ((await transaction.query(accept, [name])).length === 0) return undefined
      const moved = await transaction.query(
        `update ${this.#shards} set epoch = epoch + 1, worker_id = null, log_id = $2, log_index = $3
          where subscription = $1 and (log_id, log_index) ${beyond} ($2::bigint, $3::int) returning 1`,
        values,
      )
      await transaction.query(failures('subscription_lanes'), values)
      if (direction === 'back') await transaction.query(failures('dead_letters'), values)
      // Whoever holds a shard has in memory what failed, which is not so any more.
      await transaction.query(
        `update ${this.#shards} set epoch = epoch + 1, worker_id = null where subscription = $1 and worker_id is not null`,
        [name],
      )
      await recordChanges(this.#database, transaction, [change])
      return moved.length
    })
  }

  remove(name: string, change: ChangeRecord): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const gone = await transaction.query(`delete from ${this.#subscriptions} where name = $1 returning 1`, [name])
      if (gone.length === 0) return false
      for (const table of ['subscription_members', 'subscription_shards', 'subscription_lanes', 'dead_letters'])
        await transaction.query(`delete from ${this.#table(table)} where subscription = $1`, [name])
      await recordChanges(this.#database, transaction, [change])
      return true
    })
  }

  /** Entries are written in the order of their events, but for what was under way at once: halving finds the place, give or take a moment. */
  async entryAt(time: string): Promise<number | undefined> {
    const sql = `select id::float8 as id, events->0->>'occurredAt' >= $2 as "isLater" from ${this.#table('event_log')}
      where id >= $1 order by id limit 1`
    const wanted = new Date(time).toISOString()
    let [low, high] = [0, (await this.lastEntry()) + 1]
    let found: number | undefined
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [row] = await this.#database.query<{ id: number; isLater: boolean }>(sql, [middle, wanted])
      if (row === undefined || row.isLater) {
        if (row !== undefined) found = row.id
        high = middle
      } else low = row.id + 1
    }
    return found
  }

  async lastEntry(): Promise<number> {
    const sql = `select coalesce(max(id), 0)::float8 as id from ${this.#table('event_log')}`
    return (await this.#database.query<{ id: number }>(sql))[0]!.id
  }

  listDeadLetters(filter: DeadLetterFilter, page?: Page): Promise<PageOf<StoredDeadLetter>> {
    return this.#deadLetters.list(filter, page)
  }

  requestRetry(
    filter: DeadLetterFilter,
    at: string,
    changeOf: (ids: readonly string[]) => ChangeRecord,
  ): Promise<number> {
    return this.#deadLetters.requestRetry(filter, at, changeOf)
  }

  discardDeadLetters(filter: DeadLetterFilter, changeOf: (ids: readonly string[]) => ChangeRecord): Promise<number> {
    return this.#deadLetters.discard(filter, changeOf)
  }

  /** Values: names, worker. */
  get #joinSql(): string {
    return `insert into ${this.#members} (subscription, worker_id) select name, $2 from ${this.#subscriptions}
      where name = any($1::text[]) on conflict do nothing`
  }

  get #subscriptions(): string {
    return this.#table('subscriptions')
  }
  get #members(): string {
    return this.#table('subscription_members')
  }
  get #shards(): string {
    return this.#table('subscription_shards')
  }
  get #lanes(): string {
    return this.#table('subscription_lanes')
  }

  #table(name: string): string {
    return this.#database.table(name)
  }
}

function shardsOf(rows: readonly unknown[]): readonly number[] {
  return (rows as readonly { readonly shard: number }[]).map(({ shard }) => shard)
}
