import type { ColumnKind, ExportRecord } from '../contracts/exporter.js'
import type { StepWithTask, Store } from '../contracts/store.js'
import type { StepView } from '../contracts/task-record.js'
import { type FinishedTaskStore, finishedTasks } from './finished-tasks.js'
import { keysetPages } from './keyset-pages.js'
import { nameFilter } from './name-filter.js'
import {
  columnsOf,
  definitionKey,
  durationBetween,
  type Mask,
  pickColumns,
  type RecordSource,
} from './record-source.js'

type StepSourceStore = FinishedTaskStore & Pick<Store, 'listSteps'>

const kinds = {
  id: 'text',
  taskId: 'text',
  namespace: 'text',
  taskName: 'text',
  version: 'text',
  taskState: 'text',
  name: 'text',
  position: 'integer',
  state: 'text',
  attempts: 'integer',
  retryLimit: 'integer',
  createdAt: 'time',
  startedAt: 'time',
  completedAt: 'time',
  durationMs: 'integer',
  dueAt: 'time',
  resolvedHow: 'text',
  retryable: 'boolean',
  skippable: 'boolean',
  dependentSystem: 'text',
  timeoutMs: 'number',
  dependsOn: 'json',
  idempotencyKey: 'text',
  branchOf: 'json',
  childTaskId: 'text',
  ownerLosses: 'integer',
  drains: 'integer',
  correlationId: 'text',
  element: 'json',
  error: 'json',
  results: 'json',
} as const satisfies Partial<Record<keyof StepView | TaskColumn, ColumnKind>>
const columns = columnsOf(kinds)

type TaskColumn = 'namespace' | 'taskName' | 'version' | 'taskState' | 'correlationId' | 'durationMs'

/**
 * One record per step: the members of `steps show --json`, its task's `namespace`, `taskName`, `version`, `taskState` and
 * `correlationId`, and `durationMs` from its start to its end. Followed, they are those of finished tasks.
 */
export function stepSource(store: StepSourceStore, mask: Mask): RecordSource {
  return {
    name: 'steps',
    columns,
    kinds,
    filters: [
      'namespace',
      'name',
      'version',
      'state',
      'correlationId',
      'since',
      'until',
      'taskId',
      'stepState',
      'names',
    ],
    async *pages({ names, ...filter }) {
      const isNamed = nameFilter(names)
      for await (const page of keysetPages((at) => store.listSteps(filter, at))) {
        yield { records: page.filter(({ step }) => isNamed(step.name)).map((row) => toRecord(row, mask)) }
      }
    },
    async *follow({ names, stepState, ...filters }, from) {
      const isNamed = nameFilter(names)
      for await (const { tasks, position } of finishedTasks(store, filters, from)) {
        for (const { id: taskId } of tasks) {
          const filter = { taskId, ...(stepState === undefined ? {} : { stepState }) }
          for await (const page of keysetPages((at) => store.listSteps(filter, at)))
            yield { records: page.filter(({ step }) => isNamed(step.name)).map((row) => toRecord(row, mask)) }
        }
        yield { records: [], position }
      }
    },
    extent: async () => ({}),
  }
}

function toRecord({ task, step }: StepWithTask, mask: Mask): ExportRecord {
  const { results, error, element } = step
  const whole = {
    ...step,
    ...mask({ results, error, element }, definitionKey(task)),
    namespace: task.namespace,
    taskName: task.name,
    version: task.version,
    taskState: task.state,
    correlationId: task.correlationId,
    durationMs: durationBetween(step.startedAt, step.completedAt),
  }
  return pickColumns(columns, whole)
}
