import {
  type DefinedSubscriber,
  SUBSCRIBER_BRAND,
  type SubscriberContext,
  type SubscriberRetry,
} from '../contracts/subscriber.js'
import type { Transaction } from '../contracts/transaction.js'
import { InvalidExtensionError } from '../errors/definition-errors.js'
import type { TaskerEvent } from '../events/envelope.js'
import type { BusOnlyEventName, DurableEventName } from '../events/event-catalogue.js'
import type { Checked, MatchingEvents } from '../events/event-pattern.js'
import type { EventProposals } from '../events/payloads/event-proposals.js'

/** What a subscriber says of itself besides its handlers. */
export interface SubscriberOptions<Durable extends boolean = boolean, Transactional extends boolean = boolean> {
  /** Names it in logs, errors and lists; each subscriber has a name of its own. */
  readonly name: string
  readonly description?: string
  /**
   * Hears the log through a cursor of its own, with retries, dead letters and replay, instead of the bus of its process. It may
   * then name durable events only; of a wildcard it hears the durable members. Default false.
   */
  readonly durable?: Durable
  /** Most events that wait for it; beyond, `overflow` decides. Default 1000. */
  readonly queueSize?: number
  /** Which events are dropped when its queue is full. Default `'drop_oldest'`. */
  readonly overflow?: 'drop_oldest' | 'drop_newest'
  /** A handler that takes longer is reported and left behind, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number
  /**
   * Whether it wants the events of a name that its patterns select; asked once for each name. Events that nobody wants are not even
   * made. Default: all.
   */
  readonly wants?: (eventName: string, context: Pick<SubscriberContext, 'log'>) => boolean
  /** Durable subscribers: where the cursor starts when the subscriber is new. Default `'now'`. */
  readonly from?: 'now' | 'beginning'
  /**
   * Durable subscribers: `event.tx.query(sql, values)` writes in the transaction that moves the cursor, so that each event takes effect
   * exactly once. One event at a time then. Default false.
   */
  readonly transactional?: Transactional
  /** Durable subscribers: most tasks whose events one worker handles at once. Default: `subscriptions.concurrency`, 16. */
  readonly concurrency?: number
  /**
   * Durable subscribers: into how many shares tasks are divided, of which each worker takes some; so many workers can take part. Fixed
   * when the subscriber is new. Default: `subscriptions.shards`, 16.
   */
  readonly shards?: number
  /** Durable subscribers: how often, and when, an event is given again on which a handler failed. */
  readonly retry?: SubscriberRetry
}

/** Patterns and their handlers, each event typed by its pattern. */
export type SubscriberHandlers<
  Pattern extends string,
  Durable extends boolean,
  Transactional extends boolean = false,
> = {
  readonly [P in Pattern]: P extends Subscribable<P, Durable>
    ? (event: Within<FromLog<EventFor<P, Durable>, Durable>, Transactional>, context: SubscriberContext) => unknown
    : NoSuchEvent<Subscribable<P, Durable>>
}

/** In an error of the compiler: no such event, or none that is durable; `expected` says what could be meant. */
export interface NoSuchEvent<Expected> {
  readonly '~expected': Expected
}

type Subscribable<P extends string, Durable extends boolean> = true extends Durable
  ? P extends BusOnlyEventName
    ? DurableEventName
    : Checked<P>
  : Checked<P>

/** The event that a handler of a pattern receives: of a wildcard, a durable subscriber gets the durable members. */
export type EventFor<P extends string, Durable extends boolean> = true extends Durable
  ? P extends '*'
    ? TaskerEvent<DurableEventName>
    : Exclude<MatchingEvents<P>, { readonly name: BusOnlyEventName }>
  : MatchingEvents<P>

/** What comes from the log has its place there. */
type FromLog<Event, Durable extends boolean> = true extends Durable ? Event & { readonly position: string } : Event

/** An event as a transactional subscriber gets it: with the transaction in which its cursor moves. */
export type TransactionalEvent<Event = TaskerEvent> = Event & { readonly tx: Transaction }

type Within<Event, Transactional extends boolean> = true extends Transactional ? TransactionalEvent<Event> : Event

/**
 * Makes a subscriber: patterns of events and a handler for each.
 *
 * Keys of `on` are event names, `<family>.*`, `*`, or custom events by name; misspelt ones do not compile, and are refused at
 * registration. A handler that throws hurts neither the emitter nor other subscribers.
 *
 * @throws InvalidExtensionError
 * @example
 * export const pager = defineSubscriber({
 *   name: 'pager',
 *   on: {
 *     'task.failed': async (event, { log }) => log.error({ error: event.payload.error }, event.payload.taskName),
 *     'step.*': (event) => count(event.name),
 *   },
 * })
 */
export function defineSubscriber<
  const Pattern extends string,
  const Durable extends boolean = false,
  const Transactional extends boolean = false,
>(
  subscriber: SubscriberOptions<Durable, Transactional> & {
    readonly on: SubscriberHandlers<Pattern, Durable, Transactional> & EventProposals
  },
): DefinedSubscriber {
  assertSubscriber(subscriber.name, subscriber.on)
  return Object.freeze({
    ...subscriber,
    durable: subscriber.durable ?? false,
    on: Object.freeze({ ...subscriber.on }),
    [SUBSCRIBER_BRAND]: true,
  }) as unknown as DefinedSubscriber
}

function assertSubscriber(name: unknown, on: unknown): void {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new InvalidExtensionError('subscriber', name, {
      problem: 'it has no name',
      expected: 'a name that is not empty',
    })
  }
  const handlers = typeof on === 'object' && on !== null ? Object.entries(on) : []
  if (handlers.length === 0) {
    throw new InvalidExtensionError('subscriber', name, {
      problem: 'it listens to nothing',
      expected: '`on` with at least one event',
      received: on,
      wayOut: "Write on: { 'task.completed': (event) => … }",
    })
  }
  const wrong = handlers.find(([, handler]) => typeof handler !== 'function')
  if (wrong === undefined) return
  throw new InvalidExtensionError('subscriber', name, {
    problem: `what it gives for "${wrong[0]}" is no handler`,
    expected: 'a function (event, context) => unknown',
    received: wrong[1],
  })
}
