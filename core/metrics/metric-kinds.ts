import type { MetricRecord } from '../contracts/metrics.js'
import { MetricBucketsError, MetricValueError } from '../errors/metrics-errors.js'
import { LabelledSeries, type Labels } from './labelled-series.js'

/** What all metrics know of themselves. */
export interface MetricIdentity {
  readonly name: string
  readonly help: string
  readonly seriesLimit: number
  /** Called for each value that goes to the overflow series. */
  readonly onOverflow: () => void
}

/** One series of a counter or a gauge. */
interface Cell {
  value: number
}

/** A number that only grows. */
export class Counter {
  readonly type = 'counter'
  readonly identity: MetricIdentity
  readonly #series: LabelledSeries<Cell>

  constructor(identity: MetricIdentity) {
    this.identity = identity
    this.#series = new LabelledSeries(() => ({ value: 0 }), identity.seriesLimit, identity.onOverflow)
  }

  /** @throws MetricValueError when `by` is negative or not finite */
  increment(by = 1, labels?: Labels): void {
    if (!(by >= 0 && Number.isFinite(by))) throw new MetricValueError(this.identity.name, 'zero or more', by)
    this.#series.get(labels).value += by
  }

  records(): MetricRecord[] {
    return numberRecords(this, this.#series)
  }
}

/** A number that rises and falls. */
export class Gauge {
  readonly type = 'gauge'
  readonly identity: MetricIdentity
  readonly #series: LabelledSeries<Cell>

  constructor(identity: MetricIdentity) {
    this.identity = identity
    this.#series = new LabelledSeries(() => ({ value: 0 }), identity.seriesLimit, identity.onOverflow)
  }

  /** @throws MetricValueError when `value` is not finite */
  set(value: number, labels?: Labels): void {
    this.#series.get(labels).value = assertFinite(this.identity.name, value)
  }

  /** Raises it, or lowers it by a negative number. */
  add(by: number, labels?: Labels): void {
    this.#series.get(labels).value += assertFinite(this.identity.name, by)
  }

  records(): MetricRecord[] {
    return numberRecords(this, this.#series)
  }
}

interface Distribution {
  count: number
  sum: number
  /** How many values fell into each bucket, not those below as well; the last one has no bound. */
  readonly counts: number[]
}

/** How values are distributed over buckets. */
export class Histogram {
  readonly type = 'histogram'
  readonly identity: MetricIdentity
  readonly buckets: readonly number[]
  readonly #series: LabelledSeries<Distribution>

  /** @throws MetricBucketsError */
  constructor(identity: MetricIdentity, buckets: readonly number[]) {
    const isRising = buckets.every(
      (bound, index) => Number.isFinite(bound) && (index === 0 || bound > buckets[index - 1]!),
    )
    if (buckets.length === 0 || !isRising) throw new MetricBucketsError(identity.name, buckets)
    this.identity = identity
    this.buckets = [...buckets]
    const create = () => ({ count: 0, sum: 0, counts: new Array<number>(buckets.length + 1).fill(0) })
    this.#series = new LabelledSeries(create, identity.seriesLimit, identity.onOverflow)
  }

  /** @throws MetricValueError when `value` is not finite */
  observe(value: number, labels?: Labels): void {
    assertFinite(this.identity.name, value)
    const distribution = this.#series.get(labels)
    distribution.count++
    distribution.sum += value
    const bucket = this.buckets.findIndex((bound) => value <= bound)
    distribution.counts[bucket === -1 ? this.buckets.length : bucket]!++
  }

  records(): MetricRecord[] {
    const { name, help } = this.identity
    return Array.from(this.#series.entries(), ({ labels, value: { count, sum, counts } }) => {
      let below = 0
      const buckets = counts.map((inBucket, index) => {
        below += inBucket
        return { upperBound: this.buckets[index] ?? null, count: below }
      })
      return { name, help, labels, type: this.type, count, sum, buckets }
    })
  }
}

function numberRecords(
  { type, identity: { name, help } }: { readonly type: 'counter' | 'gauge'; readonly identity: MetricIdentity },
  series: LabelledSeries<Cell>,
): MetricRecord[] {
  return Array.from(series.entries(), ({ labels, value }) => ({ name, help, labels, type, value: value.value }))
}

function assertFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw new MetricValueError(name, 'a finite number', value)
  return value
}
