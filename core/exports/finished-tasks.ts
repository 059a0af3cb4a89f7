import type { Store, StoredLogEntry, TaskFilter } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { ExportRecordsGoneError } from '../errors/export-errors.js'
import { isFinal, taskTransitions } from '../workflow/state-machines.js'
import { logPages } from './log-pages.js'
import { type LogPlace, recordsPerPage } from './record-source.js'

export type FinishedTaskStore = Pick<Store, 'readLog' | 'logEnd' | 'listTasks'>

/** Tasks that finished on one page of the log. */
export interface FinishedTasks {
  readonly tasks: readonly TaskRecord[]
  readonly position: string
}

/** Events after which nothing happens to a task any more: each task has one of them, once. */
const finalEvents: ReadonlySet<string> = new Set(
  Object.entries(taskTransitions).flatMap(([event, { to }]) => (isFinal(to) ? [event] : [])),
)

/**
 * The tasks that have finished after a place of the log, in the order in which they did, each once: complete, cancelled or resolved by
 * a person. A task in error is not finished, because it may be tried again. Their rows do not change any more.
 *
 * @throws ExportRecordsGoneError where retention takes one between its event and its row
 */
export async function* finishedTasks(
  store: FinishedTaskStore,
  { taskId, ...filter }: TaskFilter & { readonly taskId?: string },
  from: LogPlace,
): AsyncGenerator<FinishedTasks> {
  for await (const { entries, position } of logPages(store, { from })) {
    const finished = entries.filter(isLast).map((entry) => entry.taskId as string)
    const ids = taskId === undefined ? finished : finished.filter((id) => id === taskId)
    yield { tasks: ids.length === 0 ? [] : await readTasks(store, ids, filter), position }
  }
}

function isLast({ taskId, events }: StoredLogEntry): boolean {
  return taskId !== null && events.some(({ name }) => finalEvents.has(name))
}

async function readTasks(
  store: FinishedTaskStore,
  ids: readonly string[],
  filter: TaskFilter,
): Promise<readonly TaskRecord[]> {
  const page = { limit: recordsPerPage }
  const found = new Map((await store.listTasks({ ...filter, ids }, page)).items.map((task) => [task.id, task]))
  if (found.size < ids.length) {
    // What the filter left out is there all the same.
    const { items } = await store.listTasks({ ids }, page)
    if (items.length < ids.length) throw new ExportRecordsGoneError('tasks', ids.length - items.length)
  }
  return ids.flatMap((id) => found.get(id) ?? [])
}
