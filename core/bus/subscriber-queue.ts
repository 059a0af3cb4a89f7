import type { Timer } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { SubscriberHandler } from '../contracts/subscriber.js'
import { SubscriberBlockedError, SubscriberTimedOutError } from '../errors/event-errors.js'
import type { EventEnvelope, TaskerEvent } from '../events/envelope.js'
import type { SlowCalls } from './blocking-watch.js'
import { BoundedBuffer, type OverflowPolicy } from './bounded-buffer.js'
import type { BusEnvironment } from './bus-environment.js'
import type { BusMember } from './bus-member.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { runCausedBy } from './correlation-context.js'
import { type Culprit, runAs } from './culprit.js'
import { HandlerContext } from './handler-context.js'
import { IdleWaiters } from './idle-waiters.js'
import { isThenable } from './listener.js'
import { OverflowReport } from './overflow-report.js'
import type { SubscriberStats } from './subscriber-stats.js'

/** After so many events in a row the event loop gets its turn. */
const EVENTS_PER_TURN = 100

export interface QueueOptions {
  /** Most events that wait; beyond, `overflow` decides. Default 1000. */
  readonly queueSize?: number
  /** Default `drop_oldest`. Dropped events are counted and reported. */
  readonly overflow?: OverflowPolicy
  /** A handler that takes longer is reported and left behind. Default 30 000. */
  readonly timeoutMs?: number
}

interface Entry {
  readonly event: EventEnvelope
  readonly handler: SubscriberHandler
}

type Failure = { readonly kind: 'threw' | 'rejected' | 'timed_out'; readonly error: unknown }

/** The queue of one named subscriber: one event at a time, in order, none able to hold up the emitter. */
export class SubscriberQueue implements BusMember {
  readonly name: string
  readonly patterns: readonly string[]
  readonly #environment: BusEnvironment
  readonly #buffer: BoundedBuffer<Entry>
  readonly #overflow: OverflowReport
  readonly #breaker: CircuitBreaker
  readonly #timeoutMs: number
  readonly #idleWaiters = new IdleWaiters()
  /** The log, with its name in every line. */
  readonly log: Logger
  #isRunning = false
  #isClosed = false
  #resume: Timer | undefined
  #running: HandlerContext | undefined
  #delivered = 0
  #failed = 0
  #timedOut = 0
  #blocked = 0
  readonly #slowCalls: SlowCalls
  readonly #culprit: Culprit

  constructor(name: string, patterns: readonly string[], options: QueueOptions, environment: BusEnvironment) {
    const { queueSize = 1000, overflow = 'drop_oldest', timeoutMs = 30_000 } = options
    this.name = name
    this.patterns = patterns
    this.#environment = environment
    this.#buffer = new BoundedBuffer(queueSize, overflow)
    this.#overflow = new OverflowReport(name, environment.now, environment.report)
    this.#breaker = new CircuitBreaker(environment.circuit)
    this.#timeoutMs = timeoutMs
    this.log = environment.log.child({ subscriber: name })
    this.#slowCalls = environment.watch.record()
    this.#culprit = { kind: 'subscriber', name, blame: (error) => this.#strayed(error) }
  }

  get unfinished(): number {
    return this.#buffer.size + (this.#running === undefined ? 0 : 1)
  }

  get isBusy(): boolean {
    return this.#isRunning
  }

  push(event: EventEnvelope, handler: SubscriberHandler): void {
    if (this.#isClosed) return
    const dropped = this.#buffer.push({ event, handler })
    if (dropped !== undefined) this.#overflow.count(dropped.event)
    if (this.#isRunning || this.#resume !== undefined) return
    this.#isRunning = true
    queueMicrotask(() => void this.#work())
  }

  /** Resolves when nothing waits, or what waits is held back by an open circuit. */
  idle(): Promise<void> {
    return this.#isRunning ? this.#idleWaiters.wait() : Promise.resolve()
  }

  /** Forgets what waits and tells the running handler to stop. */
  close(): void {
    this.#isClosed = true
    this.#buffer.clear()
    this.#resume?.cancel()
    this.#resume = undefined
    this.#running?.abort(new Error(`subscriber ${this.name} was taken away`))
  }

  stats(): SubscriberStats {
    return {
      name: this.name,
      patterns: this.patterns,
      kind: 'subscriber',
      delivered: this.#delivered,
      failed: this.#failed,
      timedOut: this.#timedOut,
      blocked: this.#blocked,
      dropped: this.#overflow.dropped,
      skipped: 0,
      queued: this.unfinished,
      circuit: this.#breaker.state,
    }
  }

  async #work(): Promise<void> {
    for (let handled = 1; ; handled++) {
      const entry = this.#mayGoOn() ? this.#buffer.shift() : undefined
      if (entry === undefined) break
      const isTrial = this.#breaker.state === 'half_open'
      let failure: Failure | undefined | Promise<Failure | undefined>
      const tookMs = this.#environment.watch.measure(() => {
        failure = this.#call(entry)
      })
      const isBlocking = tookMs > this.#environment.watch.limitMs
      this.#settle(entry.event, failure instanceof Promise ? await failure : failure)
      if (isBlocking) this.#noteBlocking(entry.event, tookMs, isTrial)
      if (handled % EVENTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    this.#isRunning = false
    this.#idleWaiters.release()
  }

  #mayGoOn(): boolean {
    const { now, setTimer } = this.#environment
    if (this.#buffer.size === 0 || this.#breaker.allows(now())) return true
    // At least a millisecond: system timers may fire one early.
    const delayMs = Math.max(1, this.#breaker.remainingMs(now()))
    this.#resume = setTimer(() => this.#tryAgain(), delayMs, { background: true })
    return false
  }

  #tryAgain(): void {
    this.#resume = undefined
    this.#isRunning = true
    void this.#work()
  }

  #call({ event, handler }: Entry): Failure | undefined | Promise<Failure | undefined> {
    this.#delivered++
    const delivery = new HandlerContext(this.log)
    this.#running = delivery
    try {
      const result = runAs(this.#culprit, () => runCausedBy(event, () => handler(event as TaskerEvent, delivery)))
      return isThenable(result) ? this.#limit(event, delivery, result) : undefined
    } catch (error) {
      return { kind: 'threw', error }
    }
  }

  /** Waits for a handler as long as it may take; what it says later is ignored. */
  #limit(event: EventEnvelope, delivery: HandlerContext, result: PromiseLike<unknown>): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      const expire = (): void => {
        const error = new SubscriberTimedOutError(this.name, event.name, this.#timeoutMs)
        resolve({ kind: 'timed_out', error })
        delivery.abort(error)
      }
      const timer = this.#environment.setTimer(expire, this.#timeoutMs, { background: true })
      const settle = (failure: Failure | undefined): void => {
        timer.cancel()
        resolve(failure)
      }
      result.then(
        () => settle(undefined),
        (error: unknown) => settle({ kind: 'rejected', error }),
      )
    })
  }

  #noteBlocking(event: EventEnvelope, tookMs: number, isTrial: boolean): void {
    this.#blocked++
    const { report, now, watch } = this.#environment
    const error = new SubscriberBlockedError(this.name, event.name, tookMs, watch.limitMs)
    report({ kind: 'blocked', subscriber: this.name, event, error })
    if (!this.#slowCalls.add() && !isTrial) return
    this.#breaker.trip(now())
    report({ kind: 'circuit_opened', subscriber: this.name, event, error })
  }

  #strayed(error: unknown): void {
    this.#failed++
    const { report, now } = this.#environment
    const opened = this.#breaker.failed(now())
    report({ kind: 'strayed', subscriber: this.name, error })
    if (opened) report({ kind: 'circuit_opened', subscriber: this.name, error })
  }

  #settle(event: EventEnvelope, failure: Failure | undefined): void {
    this.#running = undefined
    if (failure === undefined) {
      this.#breaker.succeeded()
      return
    }
    this.#failed++
    if (failure.kind === 'timed_out') this.#timedOut++
    const { report, now } = this.#environment
    const opened = this.#breaker.failed(now())
    report({ ...failure, subscriber: this.name, event })
    if (opened) report({ kind: 'circuit_opened', subscriber: this.name, event, error: failure.error })
  }
}
