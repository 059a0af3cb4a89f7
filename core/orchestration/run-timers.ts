import type { Clock, Timer } from '../contracts/clock.js'
import type { OwnedTask } from './owned-task.js'
import { deadlineOf } from './phases/time-out-task.js'

/** Wakes a run at times of its task that nothing else would tell it about. */
export class RunTimers {
  readonly #clock: Clock
  readonly #wake: () => void
  #deadline: Timer | undefined
  #retry: { readonly dueAt: number; readonly timer: Timer } | undefined

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** Arms what the task needs as it is now. */
  arm(owned: OwnedTask): void {
    const deadline = deadlineOf(owned.task)
    if (deadline !== undefined) this.#deadline ??= this.#timerAt(deadline)
    // The next of its steps may be due while others run for long, or wait for a limit.
    if (owned.waiting.size > 0) this.#armRetry(owned.nextDueAt()!)
  }

  cancel(): void {
    this.#deadline?.cancel()
    this.#retry?.timer.cancel()
  }

  #armRetry(dueAt: number): void {
    if (this.#retry?.dueAt === dueAt) return
    this.#retry?.timer.cancel()
    this.#retry = { dueAt, timer: this.#timerAt(dueAt) }
  }

  #timerAt(time: number): Timer {
    return this.#clock.setTimer(this.#wake, Math.max(0, time - this.#clock.now()))
  }
}
