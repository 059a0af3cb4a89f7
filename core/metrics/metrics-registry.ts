import type { Clock } from '../contracts/clock.js'
import type { MetricsApi, MetricsSnapshot } from '../contracts/metrics.js'
import { MetricConflictError, MetricNameError } from '../errors/metrics-errors.js'
import { Counter, Gauge, Histogram } from './metric-kinds.js'

export interface MetricsRegistryOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Most sets of labels that one metric keeps apart. Default 1000. */
  readonly seriesLimit?: number
}

/** Upper bounds of a histogram that names none, in milliseconds: from a commit on this machine to the default time-out. */
export const defaultBucketsMs: readonly number[] = Object.freeze([
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000,
])

/** Counts values that went to the overflow series of a metric: a sign that a label holds ids. */
export const OVERFLOW_METRIC = 'tasker_metric_label_overflows_total'

const metricName = /^[a-z][a-z0-9_]*$/

type Metric = Counter | Gauge | Histogram

/**
 * The metrics of one process, by name.
 *
 * Asking twice for one name gives the same metric. Values are kept for each set of labels, up to a limit; beyond it they are
 * added up in one series with the label `overflow="true"`, and {@link OVERFLOW_METRIC} says for which metric. Values are never
 * reset: who reads them takes differences.
 *
 * @example
 * const shipped = metrics.counter('orders_shipped_total', 'Orders handed to a carrier.')
 * shipped.increment(1, { carrier: 'dhl' })
 */
export class MetricsRegistry implements MetricsApi {
  readonly #metrics = new Map<string, Metric>()
  readonly #clock: Pick<Clock, 'now'>
  readonly #seriesLimit: number

  constructor({ clock, seriesLimit = 1000 }: MetricsRegistryOptions) {
    this.#clock = clock
    this.#seriesLimit = seriesLimit
  }

  /** @throws MetricNameError, MetricConflictError */
  counter(name: string, help = ''): Counter {
    const existing = this.#find(name, 'counter')
    return existing instanceof Counter ? existing : this.#add(new Counter(this.#identity(name, help)))
  }

  /** @throws MetricNameError, MetricConflictError */
  gauge(name: string, help = ''): Gauge {
    const existing = this.#find(name, 'gauge')
    return existing instanceof Gauge ? existing : this.#add(new Gauge(this.#identity(name, help)))
  }

  /** @throws MetricNameError, MetricConflictError, MetricBucketsError */
  histogram(
    name: string,
    { help = '', buckets }: { readonly help?: string; readonly buckets?: readonly number[] } = {},
  ): Histogram {
    const existing = this.#find(name, 'histogram')
    if (!(existing instanceof Histogram)) {
      return this.#add(new Histogram(this.#identity(name, help), buckets ?? defaultBucketsMs))
    }
    if (buckets !== undefined && buckets.join() !== existing.buckets.join()) {
      throw new MetricConflictError(name, `buckets ${existing.buckets.join(', ')}`, `buckets ${buckets.join(', ')}`)
    }
    return existing
  }

  /** All values as they are now; metrics in the order in which they were made, those never used left out. */
  snapshot(): MetricsSnapshot {
    return {
      takenAt: new Date(this.#clock.now()).toISOString(),
      metrics: [...this.#metrics.values()].flatMap((metric) => metric.records()),
    }
  }

  #find(name: string, type: Metric['type']): Metric | undefined {
    const existing = this.#metrics.get(name)
    if (existing !== undefined && existing.type !== type) throw new MetricConflictError(name, existing.type, type)
    return existing
  }

  #add<M extends Metric>(metric: M): M {
    this.#metrics.set(metric.identity.name, metric)
    return metric
  }

  #identity(name: string, help: string) {
    if (!metricName.test(name)) throw new MetricNameError('metric', name)
    return { name, help, seriesLimit: this.#seriesLimit, onOverflow: () => this.#countOverflow(name) }
  }

  #countOverflow(name: string): void {
    if (name === OVERFLOW_METRIC) return
    this.counter(
      OVERFLOW_METRIC,
      'Values added up under overflow="true" because their metric has too many sets of labels.',
    ).increment(1, { metric: name })
  }
}
