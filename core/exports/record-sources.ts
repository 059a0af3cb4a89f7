import type { Store } from '../contracts/store.js'
import { eventSource } from './event-source.js'
import { type LiveMetrics, metricSource } from './metric-source.js'
import type { Mask, RecordSources } from './record-source.js'
import { stepSource } from './step-source.js'
import { taskSource } from './task-source.js'

/** What the sources read from. */
export interface RecordSourcePorts {
  readonly store: Pick<Store, 'listTasks' | 'countTasks' | 'listSteps' | 'readLog' | 'logEnd' | 'readMetrics'>
  readonly mask: Mask
  /** Where this process is a worker. */
  readonly liveMetrics?: LiveMetrics
}

/** Everything that can be exported. */
export function recordSources({ store, mask, liveMetrics }: RecordSourcePorts): RecordSources {
  return {
    tasks: taskSource(store, mask),
    steps: stepSource(store, mask),
    events: eventSource(store, mask),
    metrics: metricSource(store, liveMetrics),
  }
}
