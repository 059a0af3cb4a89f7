import type { MetricsApi } from '../../contracts/metrics.js'
import type { SubscriptionRow } from '../../contracts/subscription-store.js'

type Counter = ReturnType<MetricsApi['counter']>
type Gauge = ReturnType<MetricsApi['gauge']>

/** What is counted of one durable subscriber in this worker, and measured of it in all. */
export class DeliveryCounters {
  readonly #labels: { readonly subscription: string }
  readonly #delivered: Counter
  readonly #failed: Counter
  readonly #deadLettered: Counter
  readonly #gauges: readonly (readonly [Gauge, (row: SubscriptionRow) => number])[]

  constructor(subscription: string, metrics: MetricsApi) {
    this.#labels = { subscription }
    this.#delivered = metrics.counter(
      'tasker_subscription_delivered_total',
      'Events that a durable subscriber has handled.',
    )
    this.#failed = metrics.counter(
      'tasker_subscription_failed_total',
      'Deliveries to a durable subscriber that failed.',
    )
    this.#deadLettered = metrics.counter(
      'tasker_subscription_dead_lettered_total',
      'Events that a durable subscriber gave up.',
    )
    const gauge = (name: string, help: string) => metrics.gauge(`tasker_subscription_${name}`, help)
    this.#gauges = [
      [gauge('lag_entries', 'Entries of the log that a durable subscriber has not passed.'), (row) => row.lagEntries],
      [gauge('lag_ms', 'How long the oldest of them has been in the log, in milliseconds.'), (row) => row.lagMs],
      [gauge('held_tasks', 'Tasks whose events wait because one of them failed.'), (row) => row.heldTasks],
      [
        gauge('dead_letters', 'Events that a durable subscriber gave up and that nobody has dealt with.'),
        (row) => row.deadLetters,
      ],
    ]
  }

  delivered(events = 1): void {
    this.#delivered.increment(events, this.#labels)
  }

  failed(): void {
    this.#failed.increment(1, this.#labels)
  }

  deadLettered(): void {
    this.#deadLettered.increment(1, this.#labels)
  }

  measure(row: SubscriptionRow): void {
    for (const [gauge, measureOf] of this.#gauges) gauge.set(measureOf(row), this.#labels)
  }
}
