import type { ChangeRecord } from '../../contracts/changes.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type { DeadLetterFilter } from '../../contracts/subscription.js'
import type { StoredDeadLetter } from '../../contracts/subscription-store.js'
import { recordChanges } from '../changes.js'
import { Conditions } from '../conditions.js'
import type { Database } from '../database.js'
import { limitOf, parseCursor, toPage } from '../page-cursor.js'

const columns = `d.id, d.subscription, d.shard, d.lane, d.task_id as "taskId", d.log_id::float8 as "logId", d.log_index as "index", d.event, d.error,
  d.attempts, d.failed_at as "failedAt", d.retry_requested_at as "retryRequestedAt"`

type ChangeOf = (ids: readonly string[]) => ChangeRecord

/** `dead_letters` */
export class DeadLetterTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(filter: DeadLetterFilter, page?: Page): Promise<PageOf<StoredDeadLetter>> {
    const limit = limitOf(page)
    const conditions = conditionsOf(filter)
    const keys = parseCursor(page, ['time', 'id'] as const)
    if (keys) conditions.add('(d.failed_at, d.id) > ($::timestamptz, $::uuid)', ...keys)
    const sql = `select ${columns} from ${this.#table} d ${conditions.where} order by d.failed_at, d.id limit ${limit + 1}`
    const rows = await this.#database.query<StoredDeadLetter>(sql, conditions.values)
    return toPage(
      rows,
      limit,
      (row) => row,
      ({ failedAt, id }) => [failedAt, id],
    )
  }

  requested(name: string, shards: readonly number[], limit: number): Promise<readonly StoredDeadLetter[]> {
    const sql = `select ${columns} from ${this.#table} d
      where d.subscription = $1 and d.shard = any($2::int[]) and d.retry_requested_at is not null
      order by d.failed_at, d.id limit $3`
    return this.#database.query<StoredDeadLetter>(sql, [name, shards, limit])
  }

  requestRetry(filter: DeadLetterFilter, at: string, changeOf: ChangeOf): Promise<number> {
    const conditions = conditionsOf(filter)
    conditions.add('true or $::timestamptz is null', at)
    return this.#change(
      `update ${this.#table} d set retry_requested_at = $${conditions.values.length} ${conditions.where} returning id`,
      conditions.values,
      changeOf,
    )
  }

  discard(filter: DeadLetterFilter, changeOf: ChangeOf): Promise<number> {
    const { where, values } = conditionsOf(filter)
    return this.#change(`delete from ${this.#table} d ${where} returning id`, values, changeOf)
  }

  #change(sql: string, values: readonly unknown[], changeOf: ChangeOf): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const rows = await transaction.query<{ id: string }>(sql, values)
      if (rows.length > 0) await recordChanges(this.#database, transaction, [changeOf(rows.map(({ id }) => id))])
      return rows.length
    })
  }

  get #table(): string {
    return this.#database.table('dead_letters')
  }
}

function conditionsOf({ ids, subscription, taskId, event, before }: DeadLetterFilter): Conditions {
  const conditions = new Conditions()
  if (ids !== undefined) conditions.add('d.id = any($::uuid[])', ids)
  if (subscription !== undefined) conditions.add('d.subscription = $', subscription)
  if (taskId !== undefined) conditions.add('d.task_id = $::uuid', taskId)
  if (event !== undefined) conditions.add(`d.event->>'name' = $`, event)
  if (before !== undefined) conditions.add('d.failed_at < $::timestamptz', before)
  return conditions
}
