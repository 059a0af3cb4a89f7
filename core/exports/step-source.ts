import type { ExportRecord } from '../contracts/exporter.js'
import type { StepWithTask, Store } from '../contracts/store.js'
import type { StepView } from '../contracts/task-record.js'
import { keysetPages } from './keyset-pages.js'
import { nameFilter } from './name-filter.js'
import { definitionKey, durationBetween, type Mask, pickColumns, type RecordSource } from './record-source.js'

const columns = [
  'id',
  'taskId',
  'namespace',
  'taskName',
  'version',
  'taskState',
  'name',
  'position',
  'state',
  'attempts',
  'retryLimit',
  'createdAt',
  'startedAt',
  'completedAt',
  'durationMs',
  'dueAt',
  'resolvedHow',
  'retryable',
  'skippable',
  'dependentSystem',
  'timeoutMs',
  'dependsOn',
  'idempotencyKey',
  'branchOf',
  'childTaskId',
  'ownerLosses',
  'drains',
  'correlationId',
  'element',
  'error',
  'results',
] as const satisfies readonly (keyof StepView | TaskColumn)[]

type TaskColumn = 'namespace' | 'taskName' | 'version' | 'taskState' | 'correlationId' | 'durationMs'

/**
 * One record per step: the members of `steps show --json`, its task's `namespace`, `taskName`, `version`, `taskState` and
 * `correlationId`, and `durationMs` from its start to its end.
 */
export function stepSource(store: Pick<Store, 'listSteps'>, mask: Mask): RecordSource {
  return {
    name: 'steps',
    columns,
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
        yield page.filter(({ step }) => isNamed(step.name)).map((row) => toRecord(row, mask))
      }
    },
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
