import type { EventEnvelope } from '../events/envelope.js'
import type { FailureReport } from './bus-failure.js'

const QUIET_MS = 1000

/** Counts dropped events, and reports them at most once a second: a subscriber that is too slow loses thousands. */
export class OverflowReport {
  readonly #subscriber: string
  readonly #now: () => number
  readonly #report: FailureReport
  #dropped = 0
  #lastReport = Number.NEGATIVE_INFINITY

  constructor(subscriber: string, now: () => number, report: FailureReport) {
    this.#subscriber = subscriber
    this.#now = now
    this.#report = report
  }

  get dropped(): number {
    return this.#dropped
  }

  count(event: EventEnvelope): void {
    this.#dropped++
    const now = this.#now()
    if (now - this.#lastReport < QUIET_MS) return
    this.#lastReport = now
    this.#report({ kind: 'overflowed', subscriber: this.#subscriber, event, dropped: this.#dropped })
  }
}
