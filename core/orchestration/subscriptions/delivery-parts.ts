import type { Clock } from '../../contracts/clock.js'
import type { IdSource, RandomSource } from '../../contracts/id-source.js'
import type { Logger } from '../../contracts/logger.js'
import type { SubscriptionStore } from '../../contracts/subscription-store.js'
import type { DeliveryCounters } from './delivery-counters.js'
import type { DurableSettings } from './durable-settings.js'
import type { EventCaller } from './event-caller.js'
import type { HeldLanes } from './held-lanes.js'
import type { ProgressWriter } from './progress-writer.js'
import type { ShardCursor } from './shard-cursor.js'
import type { Announce } from './subscription-services.js'

/** What the delivery to one durable subscriber in this worker consists of. */
export interface DeliveryParts {
  readonly name: string
  readonly settings: DurableSettings
  readonly store: SubscriptionStore
  readonly caller: EventCaller
  /** The shards that this worker holds. */
  readonly cursors: Map<number, ShardCursor>
  readonly held: HeldLanes
  readonly progress: ProgressWriter
  readonly counters: DeliveryCounters
  readonly clock: Clock
  readonly ids: IdSource
  readonly random: RandomSource
  readonly log: Logger
  readonly announce: Announce
  /** What this worker knows of a shard does not hold any more: it is taken again, here or elsewhere, as it stands in its row. */
  lose(cursor: ShardCursor): void
}
