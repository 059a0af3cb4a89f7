import type { Clock } from '../contracts/clock.js'
import type { ListenOptions, Unsubscribe } from '../contracts/events-api.js'
import type { Logger } from '../contracts/logger.js'
import type { SubscriberDefinition } from '../contracts/subscriber.js'
import { EventRecursionError } from '../errors/event-errors.js'
import { type CustomEventDescriptor, isCustomEventDescriptor } from '../events/custom-event.js'
import type { EventEnvelope, TaskerEvent } from '../events/envelope.js'
import type { EventPayload, LifecycleEventName } from '../events/event-catalogue.js'
import {
  assertKnownPattern,
  type Checked,
  type EventSelection,
  type MatchingEvents,
  patternsOf,
} from '../events/event-pattern.js'
import { createUuidV7 } from '../events/uuid-v7.js'
import { type BlockingOptions, BlockingWatch } from './blocking-watch.js'
import { BootHold } from './boot-hold.js'
import type { BusEnvironment } from './bus-environment.js'
import type { BusFailure } from './bus-failure.js'
import type { BusMember } from './bus-member.js'
import type { BusStats } from './bus-stats.js'
import type { CircuitOptions } from './circuit-breaker.js'
import { enterDispatch, leaveDispatch } from './correlation-context.js'
import { CustomEvents } from './custom-events.js'
import { type DrainReport, drainMembers } from './drain.js'
import { ErrorChannel } from './error-channel.js'
import { type EnvelopeOptions, EventFactory } from './event-factory.js'
import { EventRouter } from './event-router.js'
import { EventStream, type StreamOptions } from './event-stream.js'
import { type Listen, Listener, type ListenerOptions } from './listener.js'
import { OverflowReport } from './overflow-report.js'
import { silentLogger } from './silent-logger.js'
import { type QueueOptions, SubscriberQueue } from './subscriber-queue.js'
import { setSystemTimer } from './system-timer.js'
import { unsubscribe } from './unsubscribe.js'

/** Listeners that publish what others hear, that publish …: deeper than this it is a circle. */
const DEEPEST_DISPATCH = 64

export interface EventBusOptions {
  /** Milliseconds since 1970. Default the system's clock. */
  readonly now?: () => number
  /** Timers for time-outs and cool-downs. Default the system's. */
  readonly setTimer?: Clock['setTimer']
  /** Default a source of UUIDv7. */
  readonly newId?: () => string
  readonly logger?: Logger
  /** Whether payloads are checked against their schemas when they are published. Default true. */
  readonly validatePayloads?: boolean
  /** When a subscriber that keeps failing is paused, and for how long. */
  readonly circuit?: CircuitOptions
  /** When a listener counts as one that blocks the process, and is paused for it. */
  readonly blocking?: BlockingOptions
  /** Most events that are held until {@link EventBus.open}; beyond, the oldest are dropped and reported. Default 10 000. */
  readonly holdSize?: number
}

/** A subscriber to attach: its patterns with their handlers, and how its queue behaves. */
export type AttachedSubscriber = Pick<SubscriberDefinition, 'name' | 'on' | 'wants' | keyof QueueOptions>

/**
 * The event bus of one process.
 *
 * Listeners are called in the order in which they were added, wildcards included, and cannot hurt: one that throws, rejects or
 * hangs is reported on {@link onError}, logged by name, counted, and paused while it keeps failing. `on` calls a listener at
 * once, on the stack of whoever publishes; `attach` gives a subscriber a bounded queue of its own. What is published before
 * {@link open} is held and delivered then.
 *
 * @example
 * const bus = new EventBus({ logger })
 * bus.on('task.completed', (event) => event.payload.durationMs)
 * bus.open()
 */
export class EventBus {
  readonly #router = new EventRouter()
  readonly #custom = new CustomEvents()
  readonly #members = new Set<BusMember>()
  readonly #queues = new Set<SubscriberQueue>()
  readonly #streams = new Set<EventStream>()
  readonly #errors: ErrorChannel
  readonly #environment: BusEnvironment
  readonly #factory: EventFactory
  readonly #hold: BootHold
  #phase: 'holding' | 'open' | 'closed' = 'holding'
  #depth = 0
  #dispatched = 0

  constructor(options: EventBusOptions = {}) {
    const { now = Date.now, setTimer = setSystemTimer, logger = silentLogger, validatePayloads = true } = options
    this.#errors = new ErrorChannel(logger)
    const { report } = this.#errors
    this.#environment = {
      now,
      setTimer,
      report,
      log: logger,
      circuit: options.circuit ?? {},
      watch: new BlockingWatch(options.blocking),
    }
    this.#factory = new EventFactory({ now, newId: options.newId ?? createUuidV7(now), validatePayloads })
    this.#hold = new BootHold(options.holdSize ?? 10_000, new OverflowReport('events held during boot', now, report))
  }

  /** Makes events without publishing them: for whoever must store an event before it may leave. */
  get factory(): EventFactory {
    return this.#factory
  }

  /**
   * Calls a listener, at once and on the publisher's stack, with each event of a selection.
   *
   * An async listener may be called again before it has finished; to have events one at a time use {@link attach}. What it publishes
   * is caused by the event it was called with: also after an `await` if it is an async function.
   *
   * @throws UnknownEventError when a pattern selects nothing (custom events may still be declared before {@link open})
   */
  on<const P extends EventSelection>(
    selection: Checked<P>,
    listener: (event: MatchingEvents<P>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe {
    return this.#listen(selection as EventSelection, listener as Listen, options, false)
  }

  /** Like {@link on}, for the first event only. */
  once<const P extends EventSelection>(
    selection: Checked<P>,
    listener: (event: MatchingEvents<P>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe {
    return this.#listen(selection as EventSelection, listener as Listen, options, true)
  }

  /** Takes a listener away that was put on exactly this selection. */
  off<const P extends EventSelection>(selection: Checked<P>, listener: (event: MatchingEvents<P>) => unknown): void {
    const wanted = patternsOf(selection as EventSelection).join()
    for (const one of [...this.#router.listeners]) {
      if (one.handler === listener && one.patterns.join() === wanted) this.#remove(one)
    }
  }

  /**
   * The events of a selection from now on, as an async iterable with a bounded buffer.
   *
   * @example
   * for await (const event of bus.stream('task.*', { signal })) console.log(event.name)
   */
  stream<const P extends EventSelection>(
    selection: Checked<P>,
    { signal, bufferSize = 1000, name }: StreamOptions = {},
  ): AsyncIterableIterator<MatchingEvents<P>, undefined> & AsyncDisposable {
    const patterns = this.#patterns(selection as EventSelection)
    const title = name ?? `stream of ${patterns.join(', ')}`
    const { now, report } = this.#environment
    const off = (): void => {
      this.#router.remove(listener)
      this.#streams.delete(stream)
      this.#members.delete(stream)
      signal?.removeEventListener('abort', end)
    }
    const overflow = new OverflowReport(title, now, report)
    const stream = new EventStream({ name: title, patterns, bufferSize, overflow, onEnd: off })
    const listener = this.#listener(title, patterns, (event) => stream.push(event))
    const end = (): void => stream.end()
    this.#router.add(listener)
    this.#streams.add(stream)
    this.#members.add(stream)
    if (signal?.aborted || this.#phase === 'closed') end()
    else signal?.addEventListener('abort', end, { once: true })
    return stream as unknown as AsyncIterableIterator<MatchingEvents<P>, undefined> & AsyncDisposable
  }

  /**
   * Attaches a subscriber with a queue of its own: its handlers are called one event at a time, in order, off the publisher's
   * stack, each with a time-out; when the queue is full its policy decides what is lost.
   *
   * @throws UnknownEventError
   */
  attach(subscriber: AttachedSubscriber): Unsubscribe {
    const { name, on } = subscriber
    const patterns = this.#patterns(Object.keys(on))
    const queue = new SubscriberQueue(name, patterns, subscriber, this.#environment)
    const { log } = queue
    const wants = subscriber.wants && ((eventName: string) => subscriber.wants!(eventName, { log }))
    const listeners = patterns.map((pattern) => {
      const handler = on[pattern]!
      return this.#listener(name, [pattern], (event) => queue.push(event, handler), { wants })
    })
    for (const listener of listeners) this.#router.add(listener)
    this.#queues.add(queue)
    this.#members.add(queue)
    return unsubscribe(() => {
      for (const listener of listeners) this.#router.remove(listener)
      queue.close()
      this.#queues.delete(queue)
      this.#members.delete(queue)
    })
  }

  /**
   * Declares a custom event, so that it can be published and listened to by name. A descriptor given to `on` or `publish`
   * declares itself.
   *
   * @throws DuplicateEventError
   */
  declare(descriptor: CustomEventDescriptor): void {
    this.#custom.declare(descriptor)
  }

  /**
   * The custom event that a name or a descriptor stands for; a descriptor declares itself.
   *
   * @throws ReservedEventFamilyError, UnknownEventError, DuplicateEventError
   */
  requireCustomEvent(event: string | { readonly name: string }): CustomEventDescriptor {
    if (isCustomEventDescriptor(event)) this.#custom.declare(event)
    return this.#custom.require(typeof event === 'string' ? event : event.name)
  }

  /** The custom events declared so far. */
  get customEvents(): readonly CustomEventDescriptor[] {
    return this.#custom.list()
  }

  /**
   * Publishes a custom event.
   *
   * @param payload or a function that makes it, called only when somebody listens
   * @returns the event, or undefined when nobody listens
   * @throws ReservedEventFamilyError, UnknownEventError, InvalidEventPayloadError
   */
  publish<N extends string, P>(
    event: CustomEventDescriptor<N, P>,
    payload: P | (() => P),
    options?: EnvelopeOptions,
  ): EventEnvelope<N, P> | undefined
  publish(name: string, payload?: unknown, options?: EnvelopeOptions): EventEnvelope | undefined
  publish(
    target: string | CustomEventDescriptor,
    payload: unknown = null,
    options?: EnvelopeOptions,
  ): EventEnvelope | undefined {
    if (typeof target !== 'string') this.#custom.declare(target)
    const descriptor = this.#custom.require(typeof target === 'string' ? target : target.name)
    if (!this.hasListeners(descriptor.name)) {
      if (typeof payload !== 'function') this.#factory.checkCustom(descriptor, payload)
      return undefined
    }
    const event = this.#factory.custom(descriptor, typeof payload === 'function' ? payload() : payload, options)
    this.emit(event)
    return event
  }

  /**
   * Publishes a lifecycle event; only the engine may.
   *
   * @param payload or a function that makes it, called only when somebody listens
   * @returns the event, or undefined when nobody listens
   * @throws InvalidEventPayloadError
   */
  publishLifecycle<N extends LifecycleEventName>(
    name: N,
    payload: EventPayload<N> | (() => EventPayload<N>),
    options?: EnvelopeOptions,
  ): TaskerEvent<N> | undefined {
    if (!this.hasListeners(name)) {
      if (typeof payload !== 'function') this.#factory.checkLifecycle(name, payload)
      return undefined
    }
    const made = typeof payload === 'function' ? payload() : payload
    const event = this.#factory.lifecycle(name, made, options)
    this.emit(event)
    return event
  }

  /** Dispatches an event that has its envelope; a durable one, after its commit. */
  emit(event: EventEnvelope): void {
    if (this.#phase === 'open') this.#dispatch(event)
    else if (this.#phase === 'holding') this.#hold.keep(event)
  }

  /** Whether anybody would hear an event of this name; until {@link open}, somebody may. */
  hasListeners(name: string): boolean {
    return this.#phase === 'open' ? this.#router.hasListeners(name) : this.#phase === 'holding'
  }

  /** Calls a listener with each failure of a subscriber. */
  onError(listener: (failure: BusFailure) => void): Unsubscribe {
    return unsubscribe(this.#errors.listen(listener))
  }

  /** Delivers what was held, in order, and from then on everything at once. */
  open(): void {
    if (this.#phase !== 'holding') return
    this.#reportUnknownPatterns()
    // Still holding: what listeners publish meanwhile comes after what was published before.
    this.#hold.release((event) => this.#dispatch(event))
    this.#phase = 'open'
  }

  /** Waits until no subscriber has anything left to do, at most for a while. Default 10 s. */
  drain({ deadlineMs = 10_000 }: { readonly deadlineMs?: number } = {}): Promise<DrainReport> {
    return drainMembers(() => [...this.#members], deadlineMs, this.#environment.setTimer)
  }

  /** Takes every listener away, ends the streams, and ignores what is published from now on. Call {@link drain} before. */
  close(): void {
    this.#phase = 'closed'
    for (const stream of [...this.#streams]) stream.end()
    for (const queue of this.#queues) queue.close()
    this.#router.clear()
    this.#hold.clear()
    this.#queues.clear()
    this.#members.clear()
  }

  stats(): BusStats {
    return {
      phase: this.#phase,
      dispatched: this.#dispatched,
      held: this.#hold.size,
      droppedWhileHeld: this.#hold.dropped,
      failures: this.#errors.failures,
      subscribers: [...this.#members].map((member) => member.stats()),
    }
  }

  #dispatch(event: EventEnvelope): void {
    if (this.#depth >= DEEPEST_DISPATCH) throw new EventRecursionError(event.name, this.#depth)
    this.#dispatched++
    this.#depth++
    const outer = enterDispatch(event)
    const startedAt = performance.now()
    try {
      this.#router.dispatch(event)
    } finally {
      this.#environment.watch.sawDispatch(startedAt)
      leaveDispatch(outer)
      this.#depth--
    }
  }

  #listen(selection: EventSelection, handler: Listen, options: ListenOptions = {}, isOnce: boolean): Unsubscribe {
    const { signal } = options
    const patterns = this.#patterns(selection)
    const name = options.name ?? (handler.name === '' ? `listener on ${patterns.join(', ')}` : handler.name)
    const off = unsubscribe(() => {
      this.#remove(listener)
      signal?.removeEventListener('abort', off)
    })
    const beforeFirst = isOnce ? off : undefined
    const listener = this.#listener(name, patterns, handler, { beforeFirst, isPassive: options.isPassive })
    if (signal?.aborted || this.#phase === 'closed') return off
    this.#router.add(listener)
    this.#members.add(listener)
    signal?.addEventListener('abort', off, { once: true })
    return off
  }

  #listener(
    name: string,
    patterns: readonly string[],
    handler: Listen,
    options: Pick<ListenerOptions, 'beforeFirst' | 'wants' | 'isPassive'> = {},
  ): Listener {
    return new Listener({ name, patterns, handler, environment: this.#environment, ...options })
  }

  #remove(listener: Listener): void {
    this.#router.remove(listener)
    this.#members.delete(listener)
  }

  #patterns(selection: EventSelection): readonly string[] {
    for (const one of [selection].flat()) if (isCustomEventDescriptor(one)) this.#custom.declare(one)
    const patterns = patternsOf(selection)
    const customEvents = this.#phase === 'holding' ? 'undecided' : 'declared'
    for (const pattern of patterns) assertKnownPattern(pattern, this.#custom.allNames(), { customEvents })
    return patterns
  }

  #reportUnknownPatterns(): void {
    const known = this.#custom.allNames()
    for (const { name: subscriber, patterns } of this.#router.listeners) {
      for (const pattern of patterns) {
        try {
          assertKnownPattern(pattern, known)
        } catch (error) {
          this.#errors.report({ kind: 'unknown_event', subscriber, error })
        }
      }
    }
  }
}
