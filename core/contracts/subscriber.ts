import type { TaskerEvent } from '../events/envelope.js'
import type { Logger } from './logger.js'

/** What a subscriber's handler receives beside the event. */
export interface SubscriberContext {
  readonly log: Logger
  readonly signal: AbortSignal
  /** Which try of this event it is, from 1: only durable subscribers are given an event again. */
  readonly attempt: number
}

/** How often a durable subscriber is given an event on which it fails. */
export interface SubscriberRetry {
  /** Tries, the first included; then the event is among the dead letters. Default: `subscriptions.retry.limit`. */
  readonly limit?: number
  /** Delays after the first, second, … failure, in milliseconds; beyond the list the last one doubles. */
  readonly backoffMs?: readonly number[]
  readonly maxBackoffMs?: number
}

export type SubscriberHandler = (event: TaskerEvent, context: SubscriberContext) => unknown

/** A subscriber as registered: patterns and their handlers. */
export interface SubscriberDefinition {
  readonly name: string
  readonly description?: string
  /** Hears the log through a cursor of its own instead of the bus of its process. */
  readonly durable: boolean
  readonly on: Readonly<Record<string, SubscriberHandler>>
  /**
   * Whether it wants the events of a name that its patterns select; asked once for each name. Events that nobody wants are not even
   * made, which is what lets a subscriber to `*` cost nothing for those that it would ignore. Default: all.
   */
  readonly wants?: (eventName: string, context: Pick<SubscriberContext, 'log'>) => boolean
  /** Most events that wait for it; beyond, `overflow` decides. Default 1000. */
  readonly queueSize?: number
  readonly overflow?: 'drop_oldest' | 'drop_newest'
  /** A handler that takes longer is reported and left behind; of a durable subscriber, it has failed. Default 30 000. */
  readonly timeoutMs?: number
  /** Durable ones: where the cursor starts when the subscriber is new. Default `'now'`. */
  readonly from?: 'now' | 'beginning'
  /** Durable ones: `event.tx` writes in the transaction that moves the cursor. Default false. */
  readonly transactional?: boolean
  /** Durable ones: most tasks whose events are handled at once. Default: `subscriptions.concurrency`. */
  readonly concurrency?: number
  /** Durable ones: into how many shares tasks are divided, of which each worker takes some. Fixed when the subscriber is new. */
  readonly shards?: number
  readonly retry?: SubscriberRetry
}

/** Brand of what `defineSubscriber` gives. */
export const SUBSCRIBER_BRAND: unique symbol = Symbol.for('tasker.subscriber') as never

export interface DefinedSubscriber extends SubscriberDefinition {
  readonly [SUBSCRIBER_BRAND]: true
}

/** A class with `@subscriber` and `@on`: built by the container, then turned into a definition. */
// biome-ignore lint/suspicious/noExplicitAny: the container resolves constructor parameters of any type
export type SubscriberClass = new (...dependencies: any[]) => object

/** What `@subscriber` and `@on` leave on a class, under {@link SUBSCRIBER_CLASS_BRAND}. */
export interface SubscriberClassDescription extends Omit<SubscriberDefinition, 'on'> {
  /** Method name → patterns. */
  readonly methods: ReadonlyMap<string, readonly string[]>
}

export const SUBSCRIBER_CLASS_BRAND: unique symbol = Symbol.for('tasker.subscriber.class') as never
