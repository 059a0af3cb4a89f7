import type { FilterQuery, InferEntity } from '@mikro-orm/core'
import { type QBFilterQuery, raw } from '@mikro-orm/postgresql'
import type { Page, PageOf, StoredTaskFilter, TaskAncestor, TaskFilter, TaskOwnership } from '../contracts/store.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import { type TaskState, taskStates } from '../workflow/state-machines.js'
import type { Database } from './database.js'
import { TaskEntity } from './entities/task-entity.js'
import { toIsoTime } from './iso-timestamp.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'
import { type StepRow, selectStepsWithResults, toStepView } from './step-results.js'
import { columnsOf, selectColumns } from './table-columns.js'
import { listed, toTime } from './task-filter.js'

type TaskRow = InferEntity<typeof TaskEntity>

/** Reads tasks for people and programs. */
export class TaskReader {
  readonly #database: Database
  readonly #taskSql: (taskId: string) => string
  readonly #stepsSql: (taskId: string) => string

  constructor(database: Database) {
    this.#database = database
    const tasks = database.table('tasks')
    const columns = selectColumns(columnsOf(TaskEntity), 't')
    this.#taskSql = (taskId) => `select ${columns} from ${tasks} t where t.id = ${taskId}::uuid`
    const steps = selectStepsWithResults(database, `select * from ${database.table('steps')} where task_id = $id::uuid`)
    this.#stepsSql = (taskId) => `${steps.replace('$id', taskId)} order by s.position`
  }

  async getRecord(taskId: string): Promise<TaskRecord | undefined> {
    if (!isUuid(taskId)) return undefined
    const [task] = await this.#database.query<TaskRecord>(this.#taskSql('$1'), [taskId])
    return task
  }

  async ownership(taskIds: readonly string[]): Promise<readonly TaskOwnership[]> {
    const sql = `select id, state, owner_id as "ownerId" from ${this.#database.table('tasks')} where id = any($1::uuid[])`
    return this.#database.query<TaskOwnership>(sql, [taskIds.filter(isUuid)])
  }

  /** Reads task and steps from one snapshot, so that they are of the same commit. */
  async get(taskId: string): Promise<TaskView | undefined> {
    if (!isUuid(taskId)) return undefined
    // In the text, because only statements without values can share a round trip; it is a UUID by now.
    const id = `'${taskId}'`
    const [tasks, steps] = await this.#database.readTogether([this.#taskSql(id), this.#stepsSql(id)])
    const [task] = tasks as unknown as TaskRecord[]
    return task && { ...task, steps: (steps as unknown as StepRow[]).map(toStepView) }
  }

  /** The tasks that a task is a child of, the nearest first: at most `limit`. */
  async ancestors(taskId: string, limit: number): Promise<readonly TaskAncestor[]> {
    const tasks = this.#database.table('tasks')
    const sql = `with recursive line as (
        select p.id, p.state, p.parent_task_id, 1 as distance from ${tasks} c join ${tasks} p on p.id = c.parent_task_id
        where c.id = $1::uuid
        union all
        select p.id, p.state, p.parent_task_id, l.distance + 1 from line l join ${tasks} p on p.id = l.parent_task_id
        where l.distance < $2
      ) select id, state from line order by distance`
    return this.#database.query<TaskAncestor>(sql, [taskId, limit])
  }

  /** The newest first. */
  async list(filter: StoredTaskFilter, page?: Page): Promise<PageOf<TaskRecord>> {
    const limit = limitOf(page)
    const where = { $and: [toConditions(filter), ...afterKeys(page)] } as QBFilterQuery<TaskRow>
    const rows = await this.#database.read((em) =>
      em
        .createQueryBuilder(TaskEntity)
        .where(where)
        .orderBy({ createdAt: 'desc', id: 'desc' })
        .limit(limit + 1)
        // Plain rows: entities with their change tracking take three times as long.
        .execute<TaskRecord[]>('all'),
    )
    return toPage(rows.map(withIsoTimes), limit, keep, (row) => [row.createdAt, row.id])
  }

  async count(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>> {
    const counted = await this.#database.read((em) =>
      em
        .createQueryBuilder(TaskEntity)
        .select(['state', raw('count(*)::int as count')])
        .where(toConditions(filter) as QBFilterQuery<TaskRow>)
        .groupBy('state')
        .execute<{ state: TaskState; count: number }[]>('all', false),
    )
    const counts = new Map(counted.map(({ state, count }) => [state, count]))
    return Object.fromEntries(taskStates.map((state) => [state, counts.get(state) ?? 0])) as Record<TaskState, number>
  }
}

const keep = (task: TaskRecord): TaskRecord => task

/** Without what the entity hides. */
function withIsoTimes({ keyEpoch: _, ...row }: TaskRecord & { readonly keyEpoch?: unknown }): TaskRecord {
  const iso = (time: string | null): string | null => (time === null ? null : toIsoTime(time))
  return {
    ...row,
    dueAt: iso(row.dueAt),
    pausedAt: iso(row.pausedAt),
    createdAt: toIsoTime(row.createdAt),
    startedAt: iso(row.startedAt),
    completedAt: iso(row.completedAt),
  }
}

/** What comes after the page before. The first condition is what the index understands. */
function afterKeys(page: Page | undefined): readonly FilterQuery<TaskRow>[] {
  const keys = parseCursor(page, ['time', 'id'] as const)
  if (keys === undefined) return []
  const [createdAt, id] = keys
  return [{ createdAt: { $lte: createdAt } }, { $or: [{ createdAt: { $lt: createdAt } }, { id: { $lt: id } }] }]
}

function toConditions(filter: StoredTaskFilter): FilterQuery<TaskRow> {
  const { namespace, name, version, correlationId, state, since, until, tags, parked, isPaused, rerunOf, ids } = filter
  const equal = { namespace, name, version, correlationId, parked }
  const conditions: Record<string, unknown> = Object.fromEntries(
    Object.entries(equal).filter(([, value]) => value !== undefined),
  )
  if (ids !== undefined) conditions.id = { $in: [...ids] }
  if (tags !== undefined) conditions.tags = { $contains: tags }
  if (isPaused !== undefined) conditions.pausedAt = isPaused ? { $ne: null } : null
  if (rerunOf !== undefined) conditions.rerunOf = { taskId: rerunOf }
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
