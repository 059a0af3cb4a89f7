import { SubscriberBlockedError } from '../errors/event-errors.js'
import type { EventEnvelope } from '../events/envelope.js'
import { matchesPattern } from '../events/event-pattern.js'
import type { BlockingWatch, SlowCalls } from './blocking-watch.js'
import type { BusEnvironment } from './bus-environment.js'
import type { BusMember } from './bus-member.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { runCausedBy } from './correlation-context.js'
import { IdleWaiters } from './idle-waiters.js'
import type { SubscriberStats } from './subscriber-stats.js'

export type Listen = (event: EventEnvelope) => unknown

const AsyncFunction = (async () => {}).constructor

export interface ListenerOptions {
  readonly name: string
  readonly patterns: readonly string[]
  readonly handler: Listen
  readonly environment: BusEnvironment
  /** Whether it wants the events of a name that its patterns select. Default: all. */
  readonly wants?: ((eventName: string) => boolean) | undefined
  /** Hears only what somebody else listens to: for whoever counts. */
  readonly isPassive?: boolean | undefined
  /** Called before the first event is handed over, to take the listener away. */
  readonly beforeFirst?: (() => void) | undefined
}

/** One listener on the bus: calls its handler, and keeps what the handler does wrong from everybody else. */
export class Listener implements BusMember {
  readonly name: string
  readonly patterns: readonly string[]
  readonly handler: Listen
  readonly isPassive: boolean
  readonly #wants: ((eventName: string) => boolean) | undefined
  readonly #environment: BusEnvironment
  readonly #breaker: CircuitBreaker
  readonly #watch: BlockingWatch
  readonly #isAsync: boolean
  readonly #beforeFirst: (() => void) | undefined
  #isActive = true
  /** Nothing to look after but a failure: one check instead of four, ten times for each event. */
  #isSimple = false
  #delivered = 0
  #failed = 0
  #skipped = 0
  #blocked = 0
  #slowCalls: SlowCalls | undefined
  readonly #idleWaiters = new IdleWaiters()
  /** Promises of the handler that have not settled. */
  #unsettled = 0

  constructor({ name, patterns, handler, environment, wants, isPassive, beforeFirst }: ListenerOptions) {
    this.name = name
    this.patterns = patterns
    this.handler = handler
    this.isPassive = isPassive ?? false
    this.#wants = wants
    this.#environment = environment
    this.#watch = environment.watch
    this.#breaker = new CircuitBreaker(environment.circuit)
    this.#isAsync = handler instanceof AsyncFunction
    this.#beforeFirst = beforeFirst
    this.#simplify()
  }

  get isBusy(): boolean {
    return this.#unsettled > 0
  }

  get unfinished(): number {
    return this.#unsettled
  }

  idle(): Promise<void> {
    return this.isBusy ? this.#idleWaiters.wait() : Promise.resolve()
  }

  selects(eventName: string): boolean {
    if (!this.patterns.some((pattern) => matchesPattern(pattern, eventName))) return false
    if (this.#wants === undefined) return true
    try {
      return this.#wants(eventName)
    } catch {
      // Who cannot say what it wants gets everything rather than nothing.
      return true
    }
  }

  /** From now on nothing is delivered, not even the rest of a dispatch under way. */
  stop(): void {
    this.#isActive = false
    this.#isSimple = false
  }

  /** What the emitter calls; never throws. */
  deliver(event: EventEnvelope): void {
    if (!this.#isSimple || this.#watch.isOn) {
      this.#deliverWithCare(event)
      return
    }
    this.#delivered++
    const { handler } = this
    try {
      const result = handler(event)
      if (result !== undefined && isThenable(result)) this.#settleLater(event, result)
    } catch (error) {
      this.#fail('threw', event, error)
    }
  }

  #deliverWithCare(event: EventEnvelope): void {
    if (!this.#isActive) return
    if (!this.#breaker.allows(this.#environment.now())) {
      this.#skipped++
      return
    }
    this.#delivered++
    if (this.#beforeFirst !== undefined) this.#beforeFirst()
    const isTrial = this.#breaker.state === 'half_open'
    if (!this.#watch.isOn && !isTrial) {
      this.#call(event)
      return
    }
    const tookMs = this.#watch.measure(() => this.#call(event))
    if (tookMs > this.#watch.limitMs) this.#noteBlocking(event, tookMs, isTrial)
  }

  #call(event: EventEnvelope): void {
    const { handler } = this
    try {
      const result = this.#isAsync ? runCausedBy(event, handler) : handler(event)
      if (isThenable(result)) this.#settleLater(event, result)
      else this.#succeeded()
    } catch (error) {
      this.#fail('threw', event, error)
    }
  }

  stats(): SubscriberStats {
    return {
      name: this.name,
      patterns: this.patterns,
      kind: 'listener',
      delivered: this.#delivered,
      failed: this.#failed,
      timedOut: 0,
      blocked: this.#blocked,
      dropped: 0,
      skipped: this.#skipped,
      queued: this.#unsettled,
      circuit: this.#breaker.state,
    }
  }

  #settleLater(event: EventEnvelope, result: PromiseLike<unknown>): void {
    this.#unsettled++
    result.then(
      () => {
        this.#succeeded()
        this.#settled()
      },
      (error: unknown) => {
        this.#fail('rejected', event, error)
        this.#settled()
      },
    )
  }

  #settled(): void {
    this.#unsettled--
    if (this.#unsettled === 0) this.#idleWaiters.release()
  }

  #succeeded(): void {
    this.#breaker.succeeded()
    this.#simplify()
  }

  #simplify(): void {
    this.#isSimple = this.#isActive && !this.#isAsync && this.#beforeFirst === undefined && this.#breaker.isUntroubled
  }

  #noteBlocking(event: EventEnvelope, tookMs: number, isTrial: boolean): void {
    this.#blocked++
    this.#slowCalls ??= this.#watch.record()
    const { report, now } = this.#environment
    const error = new SubscriberBlockedError(this.name, event.name, tookMs, this.#watch.limitMs)
    report({ kind: 'blocked', subscriber: this.name, event, error })
    if (!this.#slowCalls.add() && !isTrial) return
    this.#isSimple = false
    this.#breaker.trip(now())
    report({ kind: 'circuit_opened', subscriber: this.name, event, error })
  }

  #fail(kind: 'threw' | 'rejected', event: EventEnvelope, error: unknown): void {
    this.#failed++
    this.#isSimple = false
    const { report, now } = this.#environment
    const opened = this.#breaker.failed(now())
    report({ kind, subscriber: this.name, event, error })
    if (opened) report({ kind: 'circuit_opened', subscriber: this.name, event, error })
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
}
