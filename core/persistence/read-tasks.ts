import type { FilterQuery, InferEntity } from '@mikro-orm/core'
import { type QBFilterQuery, raw } from '@mikro-orm/postgresql'
import type { Page, PageOf, TaskFilter } from '../contracts/store.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import { type TaskState, taskStates } from '../workflow/state-machines.js'
import type { Database } from './database.js'
import { TaskEntity } from './entities/task-entity.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'
import { type StepRow, selectStepsWithResults, toStepView } from './step-results.js'
import { columnsOf, selectColumns } from './table-columns.js'
import { listed, toTime } from './task-filter.js'

type TaskRow = InferEntity<typeof TaskEntity>

/** Reads tasks for people and programs. */
export class TaskReader {
  readonly #database: Database
  readonly #taskSql: string
  readonly #stepsSql: string
  readonly #properties: readonly (keyof TaskRecord)[]

  constructor(database: Database) {
    this.#database = database
    const columns = columnsOf(database, TaskEntity)
    const tasks = database.table('tasks')
    this.#properties = columns.map((column) => column.property as keyof TaskRecord)
    this.#taskSql = `select ${selectColumns(columns, 't')} from ${tasks} t where t.id = $1::uuid`
    const steps = `select s.*, t.log_entry from ${database.table('steps')} s join ${tasks} t on t.id = s.task_id where t.id = $1::uuid`
    this.#stepsSql = `${selectStepsWithResults(database, steps, ', s.log_entry as "logEntry"')} order by s.position`
  }

  async getRecord(taskId: string): Promise<TaskRecord | undefined> {
    if (!isUuid(taskId)) return undefined
    const [task] = await this.#database.query<TaskRecord>(this.#taskSql, [taskId])
    return task
  }

  /** Reads task and steps until both are of the same commit, which costs nothing where nobody writes. */
  async get(taskId: string): Promise<TaskView | undefined> {
    for (;;) {
      const task = await this.getRecord(taskId)
      if (!task) return undefined
      const rows = await this.#database.query<StepRow & { logEntry: number }>(this.#stepsSql, [taskId])
      if (rows.some((row) => row.logEntry !== task.logEntry)) continue
      return { ...task, steps: rows.map(({ logEntry: _logEntry, ...row }) => toStepView(row)) }
    }
  }

  /** The newest first. */
  async list(filter: TaskFilter, page?: Page): Promise<PageOf<TaskRecord>> {
    const limit = limitOf(page)
    const keys = parseCursor(page, ['time', 'id'] as const)
    const where: FilterQuery<TaskRow>[] = [toConditions(filter)]
    if (keys) {
      const [createdAt, id] = keys
      where.push({ $or: [{ createdAt: { $lt: createdAt } }, { createdAt, id: { $lt: id } }] })
    }
    const rows = await this.#database.orm.em
      .fork()
      .find(TaskEntity, { $and: where } as FilterQuery<TaskRow>, {
        orderBy: { createdAt: 'desc', id: 'desc' },
        limit: limit + 1,
        disableIdentityMap: true,
      })
    return toPage(
      rows,
      limit,
      (row) => this.#toRecord(row),
      (row) => [row.createdAt, row.id],
    )
  }

  async count(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>> {
    const counted = await this.#database.orm.em
      .fork()
      .createQueryBuilder(TaskEntity)
      .select(['state', raw('count(*)::int as count')])
      .where(toConditions(filter) as QBFilterQuery<TaskRow>)
      .groupBy('state')
      .execute<{ state: TaskState; count: number }[]>('all', false)
    const counts = new Map(counted.map(({ state, count }) => [state, Number(count)]))
    return Object.fromEntries(taskStates.map((state) => [state, counts.get(state) ?? 0])) as Record<TaskState, number>
  }

  /** A plain record without what the ORM keeps in its entities. */
  #toRecord(row: TaskRow): TaskRecord {
    return Object.fromEntries(
      this.#properties.map((property) => [property, row[property] ?? null]),
    ) as unknown as TaskRecord
  }
}

function toConditions(filter: TaskFilter): FilterQuery<TaskRow> {
  const { namespace, name, version, correlationId, state, since, until } = filter
  const equal = { namespace, name, version, correlationId }
  const conditions: Record<string, unknown> = Object.fromEntries(
    Object.entries(equal).filter(([, value]) => value !== undefined),
  )
  if (state !== undefined) conditions.state = { $in: listed(state) }
  if (since !== undefined || until !== undefined) {
    conditions.createdAt = {
      ...(since === undefined ? {} : { $gte: toTime(since) }),
      ...(until === undefined ? {} : { $lt: toTime(until) }),
    }
  }
  return conditions as FilterQuery<TaskRow>
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
