import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { VirtualClock } from './virtual-clock.js'

/** So many turns of the event loop are waited for at once; what takes longer is looked at every millisecond. */
const busyTurns = 5

/** What the driver asks of the kernel that is current. */
export interface DrivenKernel {
  /** Nothing is owned, being claimed or being committed. */
  readonly isQuiet: boolean
  /** A claim or a commit is under way. */
  readonly isBooking: boolean
  /** Tasks that are owned wait for nothing but time, as those do that limits hold back. */
  readonly waitsForTime: boolean
  /** Steps have been admitted whose handlers are called at a time that is near, or hang because a test asked for it. */
  readonly startsSoon: boolean
  /** What runs of handlers does nothing but wait for time. */
  readonly isDelayed: boolean
  /** Grows with everything that happens. */
  readonly activity: number
  claimSoon(): void
  /** Looks for children that have taken too long. */
  lookAtChildren(): Promise<void>
  /** When the next task without an owner is due. */
  nextDueAt(): Promise<number | undefined>
  /** Waits for what durable subscribers try again. */
  retriesDone(): Promise<void>
  /** Waits for the subscribers. */
  subscribersIdle(): Promise<void>
}

/** Moves a virtual clock from one due time to the next, and lets the kernel do at each what is due. */
export class TimeDriver {
  readonly #clock: VirtualClock
  /** Undefined while there is none. */
  readonly #kernel: () => DrivenKernel | undefined
  readonly #patienceMs: number
  #turn: Promise<unknown> = Promise.resolve()

  /** @param patienceMs how long, in real time, nothing may happen while a handler runs until it counts as one that waits for time */
  constructor(clock: VirtualClock, kernel: () => DrivenKernel | undefined, patienceMs: number) {
    this.#clock = clock
    this.#kernel = kernel
    this.#patienceMs = patienceMs
  }

  /** Moves on by `ms`: everything due on the way happens at its time. Ends when nothing runs, or only what waits for time. */
  advance(ms: number): Promise<void> {
    return this.#exclusively(async () => {
      const target = this.#clock.now() + ms
      await this.#settle()
      for (let next = await this.#next(); next !== undefined && next <= target; next = await this.#next()) {
        await this.#arriveAt(next)
        await this.#kernel()?.retriesDone()
      }
      await this.#arriveAt(target)
      await this.#kernel()?.subscribersIdle()
    })
  }

  /**
   * Waits until nothing runs and then, unless `isDone`, moves on towards the time at which the next task is due. False if
   * `isDone`; true if something was done or is still running.
   */
  moveUnless(isDone: () => Promise<boolean>): Promise<boolean> {
    return this.#exclusively(async () => {
      const isQuiet = await this.#settle()
      if (await isDone()) return false
      if (isQuiet) await this.#moveToDueTask()
      else if (this.#kernel()?.startsSoon) await this.#arriveAt(this.#clock.nextTimerAt ?? this.#clock.now())
      return true
    })
  }

  async #moveToDueTask(): Promise<void> {
    const dueAt = await this.#kernel()?.nextDueAt()
    const isTimeAwaited = dueAt !== undefined || this.#kernel()?.waitsForTime
    const next = isTimeAwaited ? earliest(this.#clock.nextTimerAt, dueAt) : undefined
    if (next !== undefined) {
      await this.#arriveAt(next)
      return
    }
    // The owner is another worker, or was: that is seen in real time.
    await sleep(10)
    await this.#arriveAt(this.#clock.now())
  }

  async #arriveAt(time: number): Promise<void> {
    this.#clock.moveTo(time)
    this.#kernel()?.claimSoon()
    await this.#kernel()?.lookAtChildren()
    await this.#settle()
  }

  /** The next time at which something happens: a timer, or a task is due. */
  async #next(): Promise<number | undefined> {
    const dueAt = await this.#kernel()?.nextDueAt()
    // What is due already and was not claimed waits for room, not for time.
    return earliest(this.#clock.nextTimerAt, dueAt !== undefined && dueAt > this.#clock.now() ? dueAt : undefined)
  }

  /** Waits until nothing runs; gives up, with false, where only handlers run and nothing happens for a while. */
  async #settle(): Promise<boolean> {
    let seen = -1
    let since = performance.now()
    for (let turns = 0, quietTurns = 0, delayedTurns = 0; ; turns++) {
      // Whoever turns round without a rest takes a processor from the database, which is a thread of this process.
      if (turns < busyTurns || quietTurns > 0) await nextTurn()
      else await sleep(1)
      const kernel = this.#kernel()
      if (kernel === undefined) return false
      quietTurns = kernel.isQuiet ? quietTurns + 1 : 0
      delayedTurns = kernel.isDelayed && !kernel.isBooking && kernel.activity === seen ? delayedTurns + 1 : 0
      // What a promise or an immediate is about to set off shows within a turn or two.
      if (quietTurns > 2) return true
      if (delayedTurns > 2) return false
      if (kernel.activity !== seen || kernel.isBooking) {
        seen = kernel.activity
        since = performance.now()
      } else if (performance.now() - since > this.#patienceMs) return false
    }
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
