import type { ColumnKind, ExportRecord } from '../contracts/exporter.js'
import type { Store } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { type FinishedTaskStore, finishedTasks } from './finished-tasks.js'
import { keysetPages } from './keyset-pages.js'
import {
  columnsOf,
  definitionKey,
  durationBetween,
  type Mask,
  pickColumns,
  type RecordSource,
} from './record-source.js'

type TaskSourceStore = FinishedTaskStore & Pick<Store, 'countTasks'>

const kinds = {
  id: 'text',
  namespace: 'text',
  name: 'text',
  version: 'text',
  state: 'text',
  priority: 'integer',
  createdAt: 'time',
  startedAt: 'time',
  completedAt: 'time',
  durationMs: 'integer',
  dueAt: 'time',
  parked: 'text',
  pausedAt: 'time',
  stepCount: 'integer',
  initiator: 'text',
  sourceSystem: 'text',
  reason: 'text',
  tags: 'json',
  bypassSteps: 'json',
  identityHash: 'text',
  concurrencyKey: 'text',
  timeoutMs: 'number',
  correlationId: 'text',
  traceparent: 'text',
  parentTaskId: 'text',
  parentStepId: 'text',
  rerunOf: 'json',
  definitionHash: 'text',
  ownerId: 'text',
  epoch: 'integer',
  logEntry: 'integer',
  error: 'json',
  context: 'json',
} as const satisfies Partial<Record<keyof TaskRecord | 'durationMs', ColumnKind>>
const columns = columnsOf(kinds)

/** One record per task: the members of `tasks show --json`, and `durationMs` from its first start to its end. Followed, they are finished ones. */
export function taskSource(store: TaskSourceStore, mask: Mask): RecordSource {
  return {
    name: 'tasks',
    columns,
    kinds,
    filters: ['namespace', 'name', 'version', 'state', 'correlationId', 'since', 'until'],
    async *pages(filters) {
      for await (const page of keysetPages((at) => store.listTasks(filters, at))) {
        yield { records: page.map((task) => toRecord(task, mask)) }
      }
    },
    async *follow(filters, from) {
      for await (const { tasks, position } of finishedTasks(store, filters, from)) {
        yield { records: tasks.map((task) => toRecord(task, mask)), position }
      }
    },
    async extent(filters) {
      const counts = await store.countTasks(filters)
      return { records: Object.values(counts).reduce((sum, count) => sum + count, 0) }
    },
  }
}

function toRecord(task: TaskRecord, mask: Mask): ExportRecord {
  const { context, error } = mask({ context: task.context, error: task.error }, definitionKey(task))
  const whole = { ...task, context, error, durationMs: durationBetween(task.startedAt, task.completedAt) }
  return pickColumns(columns, whole)
}
