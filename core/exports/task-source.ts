import type { ExportRecord } from '../contracts/exporter.js'
import type { Store } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import { keysetPages } from './keyset-pages.js'
import { definitionKey, durationBetween, type Mask, pickColumns, type RecordSource } from './record-source.js'

const columns = [
  'id',
  'namespace',
  'name',
  'version',
  'state',
  'priority',
  'createdAt',
  'startedAt',
  'completedAt',
  'durationMs',
  'dueAt',
  'parked',
  'pausedAt',
  'stepCount',
  'initiator',
  'sourceSystem',
  'reason',
  'tags',
  'bypassSteps',
  'identityHash',
  'concurrencyKey',
  'timeoutMs',
  'correlationId',
  'traceparent',
  'parentTaskId',
  'parentStepId',
  'rerunOf',
  'definitionHash',
  'ownerId',
  'epoch',
  'logEntry',
  'error',
  'context',
] as const satisfies readonly (keyof TaskRecord | 'durationMs')[]

/** One record per task: the members of `tasks show --json`, and `durationMs` from its first start to its end. */
export function taskSource(store: Pick<Store, 'listTasks'>, mask: Mask): RecordSource {
  return {
    name: 'tasks',
    columns,
    filters: ['namespace', 'name', 'version', 'state', 'correlationId', 'since', 'until'],
    async *pages(filters) {
      for await (const page of keysetPages((at) => store.listTasks(filters, at))) {
        yield page.map((task) => toRecord(task, mask))
      }
    },
  }
}

function toRecord(task: TaskRecord, mask: Mask): ExportRecord {
  const { context, error } = mask({ context: task.context, error: task.error }, definitionKey(task))
  const whole = { ...task, context, error, durationMs: durationBetween(task.startedAt, task.completedAt) }
  return pickColumns(columns, whole)
}
