import type { Clock } from '../../contracts/clock.js'
import type { IdSource, RandomSource } from '../../contracts/id-source.js'
import type { Logger } from '../../contracts/logger.js'
import type { MetricsApi } from '../../contracts/metrics.js'
import type { SubscriptionStore } from '../../contracts/subscription-store.js'
import type { CustomEventDescriptor } from '../../events/custom-event.js'
import type { DatabaseWatch } from '../database-watch.js'
import type { SubscriptionDefaults } from './durable-settings.js'
import type { LogPulse } from './log-pulse.js'

/** Publishes a custom event of Tasker's own, if anybody listens. */
export type Announce = <N extends string, P>(event: CustomEventDescriptor<N, P>, payload: P) => void

/** What every durable subscriber of a worker is given. */
export interface SubscriptionServices {
  readonly workerId: string
  readonly store: SubscriptionStore
  readonly pulse: LogPulse
  readonly defaults: SubscriptionDefaults
  readonly databaseWatch: DatabaseWatch
  readonly metrics: MetricsApi
  readonly clock: Clock
  readonly ids: IdSource
  readonly random: RandomSource
  readonly log: Logger
  /** Tells on the bus what happens to durable subscribers. */
  readonly announce: Announce
  /** Tells all workers that shards have come free, or that something else about subscriptions is worth a look. */
  changed(): void
}
