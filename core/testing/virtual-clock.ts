import type { Clock, Timer } from '../contracts/clock.js'

interface PendingTimer {
  readonly dueAt: number
  readonly callback: () => void
}

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  readonly #startedAt: number
  /** In order of due time; those due at once in the order in which they were set. */
  readonly #pending: PendingTimer[] = []
  #now: number

  /** @param startAt milliseconds since 1970 */
  constructor(startAt: number) {
    this.#startedAt = startAt
    this.#now = startAt
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now - this.#startedAt
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer: PendingTimer = { dueAt: this.#now + Math.max(0, delayMs), callback }
    const after = this.#pending.findIndex((other) => other.dueAt > timer.dueAt)
    this.#pending.splice(after === -1 ? this.#pending.length : after, 0, timer)
    return { cancel: () => this.#drop(timer) }
  }

  /** When the next timer fires; undefined if none is set. */
  get nextTimerAt(): number | undefined {
    return this.#pending[0]?.dueAt
  }

  /** Moves to a time, not backwards, and fires the timers due by then, each at its own time. */
  moveTo(time: number): void {
    for (let next = this.#pending[0]; next !== undefined && next.dueAt <= time; next = this.#pending[0]) {
      this.#pending.shift()
      this.#now = Math.max(this.#now, next.dueAt)
      next.callback()
    }
    this.#now = Math.max(this.#now, time)
  }

  #drop(timer: PendingTimer): void {
    const index = this.#pending.indexOf(timer)
    if (index !== -1) this.#pending.splice(index, 1)
  }
}
