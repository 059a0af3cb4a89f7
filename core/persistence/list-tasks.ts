import type { FilterQuery, InferEntity } from '@mikro-orm/core'
import { type QBFilterQuery, raw } from '@mikro-orm/postgresql'
import type { Page, PageOf, StoredTaskFilter, TaskFilter } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { type TaskState, taskStates } from '../workflow/state-machines.js'
import type { Database } from './database.js'
import { TaskEntity } from './entities/task-entity.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'
import { listed, toTime } from './task-filter.js'
import { toIsoTime } from './to-iso-time.js'

type TaskRow = InferEntity<typeof TaskEntity>

/** The newest first. */
export async function listTasks(
  database: Database,
  filter: StoredTaskFilter,
  page?: Page,
): Promise<PageOf<TaskRecord>> {
  const limit = limitOf(page)
  const where = { $and: [toConditions(filter), ...afterKeys(page)] } as QBFilterQuery<TaskRow>
  const rows = await database.read((em) =>
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

export async function countTasks(database: Database, filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>> {
  const counted = await database.read((em) =>
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
