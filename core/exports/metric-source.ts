import type { ExportRecord } from '../contracts/exporter.js'
import type { MetricRecord, MetricsSnapshot } from '../contracts/metrics.js'
import type { Store } from '../contracts/store.js'
import { nameFilter } from './name-filter.js'
import { columnsOf, type RecordSource } from './record-source.js'

const kinds = {
  name: 'text',
  type: 'text',
  labels: 'json',
  value: 'number',
  count: 'integer',
  sum: 'number',
  buckets: 'json',
  workerId: 'text',
  takenAt: 'time',
  help: 'text',
} as const

/** The metrics of this process, if it is a worker: fresher than what it last stored. */
export interface LiveMetrics {
  readonly workerId: string
  snapshot(): MetricsSnapshot
}

/**
 * One record per metric, label set and worker: counters and gauges have a `value`, histograms `count`, `sum` and `buckets`.
 * They are the snapshots that workers have stored; in a worker its own are taken now.
 */
export function metricSource(store: Pick<Store, 'readMetrics'>, live?: LiveMetrics): RecordSource {
  return {
    name: 'metrics',
    columns: columnsOf(kinds),
    kinds,
    filters: ['names'],
    async *pages({ names }) {
      const isNamed = nameFilter(names)
      const stored = (await store.readMetrics()).filter(({ workerId }) => workerId !== live?.workerId)
      for (const { workerId, takenAt, metrics } of stored)
        yield { records: recordsOf(metricsIn(metrics), workerId, takenAt, isNamed) }
      if (live === undefined) return
      const { metrics, takenAt } = live.snapshot()
      yield { records: recordsOf(metrics, live.workerId, takenAt, isNamed) }
    },
    extent: async () => ({}),
  }
}

/** What is stored is a snapshot, or the list of metrics in one. */
function metricsIn(stored: unknown): readonly MetricRecord[] {
  const list = Array.isArray(stored) ? stored : (stored as Partial<MetricsSnapshot> | null)?.metrics
  return Array.isArray(list) ? list : []
}

function recordsOf(
  metrics: readonly MetricRecord[],
  workerId: string,
  takenAt: string,
  isNamed: (name: string) => boolean,
): ExportRecord[] {
  return metrics.filter(({ name }) => isNamed(name)).map((metric) => toRecord(metric, workerId, takenAt))
}

function toRecord(metric: MetricRecord, workerId: string, takenAt: string): ExportRecord {
  const { name, type, labels, help } = metric
  const histogram = metric.type === 'histogram' ? metric : undefined
  return {
    name,
    type,
    labels,
    value: metric.type === 'histogram' ? null : metric.value,
    count: histogram?.count ?? null,
    sum: histogram?.sum ?? null,
    buckets: histogram?.buckets ?? null,
    workerId,
    takenAt,
    help,
  }
}
