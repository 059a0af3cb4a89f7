import type { ChangeFilter, ChangeRecord } from '../contracts/changes.js'
import type { Page, PageOf } from '../contracts/page.js'
import type { Transaction } from '../contracts/transaction.js'
import { Conditions } from './conditions.js'
import type { Database } from './database.js'
import { ChangeEntity } from './entities/change-entity.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'
import { type Column, columnsOf, selectColumns } from './table-columns.js'
import { listed } from './task-filter.js'

interface ChangeRow extends ChangeRecord {
  readonly number: string
}

/** `select c.id, … from changes c`, in the form of records. */
export function selectChanges(database: Database, extraColumns = ''): string {
  return `select ${selectColumns(givenColumns(), 'c')}${extraColumns} from ${database.table('changes')} c`
}

/** All but the number, which the database draws. */
export function givenColumns(): readonly Column[] {
  return columnsOf(ChangeEntity).filter(({ property }) => property !== 'number')
}

/**
 * Writes changes in the transaction of the rows that they describe, after these are written: the lock on them is what puts the changes
 * of one subject in order. Changes of a task that a worker may own are written by commits, in order with its log.
 *
 * @example
 * await database.transaction(async (transaction) => {
 *   await transaction.query('update … set description = $2 where name = $1', [name, description])
 *   await recordChanges(database, transaction, [change])
 * })
 */
export async function recordChanges(
  database: Database,
  transaction: Pick<Transaction, 'query'>,
  changes: readonly ChangeRecord[],
): Promise<void> {
  if (changes.length === 0) return
  const columns = givenColumns()
  const names = columns.map(({ name }) => name).join(', ')
  const types = columns.map(({ name, type }) => `${name} ${type}`).join(', ')
  const rows = changes.map((change) =>
    Object.fromEntries(columns.map(({ property, name }) => [name, change[property as keyof ChangeRecord]])),
  )
  const sql = `insert into ${database.table('changes')} (${names})
    select ${names} from jsonb_to_recordset($1::jsonb) as x(${types})`
  await transaction.query(sql, [JSON.stringify(rows)])
}

/** Lists changes, the oldest first. */
export class ChangeReader {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async get(id: string): Promise<ChangeRecord | undefined> {
    const sql = `${selectChanges(this.#database)} where c.id = $1::uuid`
    return (await this.#database.query<ChangeRecord>(sql, [id]))[0]
  }

  async list(filter: ChangeFilter, page?: Page): Promise<PageOf<ChangeRecord>> {
    const limit = limitOf(page)
    const { subjectKind, subjectKey, taskId, kind } = filter
    const conditions = new Conditions()
    if (subjectKind !== undefined) conditions.add('c.subject_kind = $', subjectKind)
    if (subjectKey !== undefined) conditions.add('c.subject_key = $', subjectKey)
    if (taskId !== undefined) conditions.add('c.task_id = $::uuid', taskId)
    if (kind !== undefined) conditions.add('c.kind = any($::text[])', listed(kind))
    const keys = parseCursor(page, ['place'] as const)
    if (keys) conditions.add('c.number > $', keys[0])
    const sql = `${selectChanges(this.#database, ', c.number')} ${conditions.where} order by c.number limit ${limit + 1}`
    const rows = await this.#database.query<ChangeRow>(sql, conditions.values)
    return toPage(
      rows,
      limit,
      ({ number: _, ...change }) => change,
      ({ number }) => [Number(number)],
    )
  }
}
