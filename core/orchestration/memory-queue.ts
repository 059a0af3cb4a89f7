import type { Clock, Timer } from '../contracts/clock.js'
import type { Queue, WakeListener, WakeUp } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'

/** Wake-ups that fall into the same 20 ms share a timer and a call, so that ten thousand waiting tasks cost few. */
const bucketMs = 20
/** What is due later is left to the worker's own look at the table. */
const horizonMs = 60_000

/** The queue of one process: timers. Nothing of it survives the process, and nothing needs to. */
export class MemoryQueue implements Queue {
  readonly name = 'memory'
  readonly isTransactional = false
  readonly #clock: Clock
  readonly #buckets = new Map<number, Timer>()
  #listener: WakeListener | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async wake(_transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void> {
    for (const { runAt } of wakeUps) this.#wakeAt(Date.parse(runAt))
  }

  async start(listener: WakeListener): Promise<void> {
    this.#listener = listener
  }

  async stop(): Promise<void> {
    this.#listener = undefined
    for (const timer of this.#buckets.values()) timer.cancel()
    this.#buckets.clear()
  }

  #wakeAt(time: number): void {
    const now = this.#clock.now()
    if (this.#listener === undefined || time - now > horizonMs) return
    const bucket = Math.ceil(Math.max(now, time) / bucketMs)
    if (this.#buckets.has(bucket)) return
    const timer = this.#clock.setTimer(() => this.#fire(bucket), bucket * bucketMs - now, { background: true })
    this.#buckets.set(bucket, timer)
  }

  #fire(bucket: number): void {
    this.#buckets.delete(bucket)
    // Timers of the system may be a millisecond early, and a claim that is early finds nothing.
    if (this.#clock.now() < bucket * bucketMs) {
      this.#wakeAt(bucket * bucketMs)
      return
    }
    // Who listens reports its own failures.
    this.#listener?.().catch(() => undefined)
  }
}
