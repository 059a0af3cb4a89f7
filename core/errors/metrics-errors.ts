import { TaskerError } from './tasker-error.js'

/** Thrown when the name of a metric, or of one of its labels, cannot be exported. */
export class MetricNameError extends TaskerError {
  constructor(
    readonly what: 'metric' | 'label',
    readonly invalidName: string,
  ) {
    super('METRIC_NAME_INVALID', {
      what: `"${invalidName}" cannot be the name of a ${what}`,
      expected: `lower-case letters, digits and underscores, beginning with a letter${what === 'label' ? ', and not "le"' : ''}`,
      wayOut: 'Rename it, for example orders_shipped_total',
      details: { kind: what, name: invalidName },
    })
  }
}

/** Thrown when a name that belongs to a metric of one type, or with other buckets, is asked for as something else. */
export class MetricConflictError extends TaskerError {
  constructor(
    readonly metricName: string,
    existing: string,
    wanted: string,
  ) {
    super('METRIC_CONFLICT', {
      what: `The metric ${metricName} exists already`,
      expected: existing,
      received: wanted,
      wayOut: 'Use another name, or ask for it as what it is',
      details: { metricName, existing, wanted },
    })
  }
}

/** Thrown when a metric is given a value that it cannot count: a counter a negative one, any metric one that is not finite. */
export class MetricValueError extends TaskerError {
  constructor(
    readonly metricName: string,
    expected: string,
    readonly value: unknown,
  ) {
    super('METRIC_VALUE_INVALID', {
      what: `The metric ${metricName} cannot take this value`,
      expected,
      received: typeof value === 'number' ? String(value) : `${typeof value} ${String(value)}`,
      wayOut: expected.includes('zero') ? 'Use a gauge for what can fall' : undefined,
      details: { metricName, value },
    })
  }
}

/** Thrown when the buckets of a histogram are not finite numbers in rising order. */
export class MetricBucketsError extends TaskerError {
  constructor(
    readonly metricName: string,
    readonly buckets: readonly number[],
  ) {
    super('METRIC_BUCKETS_INVALID', {
      what: `The histogram ${metricName} cannot have these buckets`,
      expected: 'at least one finite upper bound, each greater than the one before; the one without bound is added',
      received: `[${buckets.join(', ')}]`,
      details: { metricName, buckets },
    })
  }
}
