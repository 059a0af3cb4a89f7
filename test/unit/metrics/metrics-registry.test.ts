import assert from 'node:assert/strict'
import type { MetricRecord } from '../../../core/contracts/metrics.js'
import {
  MetricBucketsError,
  MetricConflictError,
  MetricNameError,
  MetricValueError,
} from '../../../core/errors/metrics-errors.js'
import { MetricsRegistry, OVERFLOW_METRIC } from '../../../core/metrics/metrics-registry.js'

const registry = (seriesLimit?: number) =>
  new MetricsRegistry({ clock: { now: () => Date.UTC(2025, 5, 1) }, ...(seriesLimit && { seriesLimit }) })

const valuesOf = (metrics: MetricsRegistry, name: string) =>
  metrics
    .snapshot()
    .metrics.filter((metric) => metric.name === name)
    .map((metric) => [metric.labels, 'value' in metric ? metric.value : metric.count])

const histogramOf = (metrics: MetricsRegistry, name: string) =>
  metrics.snapshot().metrics.find((metric) => metric.name === name) as MetricRecord & { type: 'histogram' }

describe('a counter', () => {
  it('adds up', () => {
    const metrics = registry()
    const shipped = metrics.counter('orders_shipped_total', 'Orders shipped.')
    shipped.increment()
    shipped.increment(2.5)
    assert.deepEqual(metrics.snapshot(), {
      takenAt: '2025-06-01T00:00:00.000Z',
      metrics: [{ name: 'orders_shipped_total', help: 'Orders shipped.', labels: {}, type: 'counter', value: 3.5 }],
    })
  })

  it('keeps one series for each set of labels, in whatever order they come', () => {
    const metrics = registry()
    const shipped = metrics.counter('shipped_total')
    shipped.increment(1, { carrier: 'dhl', country: 'de' })
    shipped.increment(1, { country: 'de', carrier: 'dhl' })
    shipped.increment(1, { carrier: 'ups', country: 'de' })
    assert.deepEqual(valuesOf(metrics, 'shipped_total'), [
      [{ carrier: 'dhl', country: 'de' }, 2],
      [{ carrier: 'ups', country: 'de' }, 1],
    ])
  })

  it('tells labels apart whose texts are alike when put together', () => {
    const metrics = registry()
    const counter = metrics.counter('x')
    counter.increment(1, { a: 'bc' })
    counter.increment(1, { ab: 'c' })
    counter.increment(1, { a: 'b', c: '' })
    assert.equal(valuesOf(metrics, 'x').length, 3)
  })

  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${value}`, () => {
      assert.throws(() => registry().counter('x').increment(value), MetricValueError)
    })
  }

  it('is the same one when it is asked for again', () => {
    const metrics = registry()
    metrics.counter('x').increment()
    metrics.counter('x').increment()
    assert.deepEqual(valuesOf(metrics, 'x'), [[{}, 2]])
  })

  it('does not change with the object that its labels came in', () => {
    const metrics = registry()
    const labels = { a: '1' }
    metrics.counter('x').increment(1, labels)
    labels.a = '2'
    assert.deepEqual(valuesOf(metrics, 'x'), [[{ a: '1' }, 1]])
  })
})

describe('a gauge', () => {
  it('is what it was last set to, and moves both ways', () => {
    const metrics = registry()
    const load = metrics.gauge('load')
    load.set(5)
    load.add(-7)
    assert.deepEqual(valuesOf(metrics, 'load'), [[{}, -2]])
    assert.throws(() => load.set(Number.NaN), MetricValueError)
  })
})

describe('a histogram', () => {
  it('counts values up to each bound, the bound included, and all of them without bound', () => {
    const metrics = registry()
    const wait = metrics.histogram('wait_ms', { buckets: [10, 20] })
    for (const value of [5, 10, 15, 25]) wait.observe(value)
    const { count, sum, buckets } = histogramOf(metrics, 'wait_ms')
    assert.deepEqual(
      { count, sum, buckets },
      {
        count: 4,
        sum: 55,
        buckets: [
          { upperBound: 10, count: 2 },
          { upperBound: 20, count: 3 },
          { upperBound: null, count: 4 },
        ],
      },
    )
  })

  for (const buckets of [[], [2, 1], [1, 1], [Number.NaN], [1, Number.POSITIVE_INFINITY]]) {
    it(`refuses the buckets [${buckets}]`, () => {
      assert.throws(() => registry().histogram('x', { buckets }), MetricBucketsError)
    })
  }

  it('refuses other buckets for the same name, and takes none for the same', () => {
    const metrics = registry()
    const first = metrics.histogram('x', { buckets: [1, 2] })
    assert.equal(metrics.histogram('x'), first)
    assert.equal(metrics.histogram('x', { buckets: [1, 2] }), first)
    assert.throws(() => metrics.histogram('x', { buckets: [1, 3] }), MetricConflictError)
  })

  it('refuses what is not a finite number', () => {
    assert.throws(() => registry().histogram('x').observe(Number.NaN), MetricValueError)
  })
})

describe('the metrics of a process', () => {
  it('refuse a name that exists with another type, saying which', () => {
    const metrics = registry()
    metrics.counter('x')
    assert.throws(
      () => metrics.gauge('x'),
      (error) => error instanceof MetricConflictError && /Expected counter\. Received gauge\./.test(error.message),
    )
  })

  for (const name of ['', 'Orders', '1st', 'a-b', 'a b', 'é']) {
    it(`refuse the name "${name}"`, () => {
      assert.throws(() => registry().counter(name), MetricNameError)
    })
  }

  it('refuse label names that cannot be exported', () => {
    assert.throws(() => registry().counter('x').increment(1, { 'a-b': '1' }), MetricNameError)
    assert.throws(() => registry().histogram('x').observe(1, { le: '1' }), MetricNameError)
  })

  it('bound the series of a metric, keep totals right, and count what lost its labels', () => {
    const metrics = registry(3)
    const counter = metrics.counter('x')
    for (let id = 0; id < 10; id++) counter.increment(1, { id: String(id) })
    counter.increment(1, { id: '1' })
    const frozen = Object.freeze({ id: '9' })
    counter.increment(1, frozen)
    counter.increment(1, frozen)
    assert.deepEqual(valuesOf(metrics, 'x'), [
      [{ id: '0' }, 1],
      [{ id: '1' }, 2],
      [{ id: '2' }, 1],
      [{ overflow: 'true' }, 9],
    ])
    assert.deepEqual(valuesOf(metrics, OVERFLOW_METRIC), [[{ metric: 'x' }, 9]])
  })
})
