import type { Clock, Timer } from '../contracts/clock.js'
import type { Queue } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'

/** Wake-ups that fall into the same 20 ms share a timer, so that ten thousand waiting tasks cost few. */
const bucketMs = 20
/** What is due later is left to the worker's own look at the table. */
const horizonMs = 60_000

/** The queue of one process: timers. Nothing of it survives the process, and nothing needs to. */
export class MemoryQueue implements Queue {
  readonly name = 'memory'
  readonly #clock: Clock
  readonly #buckets = new Map<number, { readonly timer: Timer; readonly taskIds: string[] }>()
  #listener: ((taskId: string) => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async wake(_transaction: Transaction | undefined, taskId: string, runAt: string): Promise<void> {
    const delayMs = Math.max(0, Date.parse(runAt) - this.#clock.now())
    if (this.#listener === undefined || delayMs > horizonMs) return
    const bucket = Math.ceil((this.#clock.now() + delayMs) / bucketMs)
    const existing = this.#buckets.get(bucket)
    if (existing) {
      existing.taskIds.push(taskId)
      return
    }
    const timer = this.#clock.setTimer(() => this.#fire(bucket), bucket * bucketMs - this.#clock.now(), {
      background: true,
    })
    this.#buckets.set(bucket, { timer, taskIds: [taskId] })
  }

  async start(listener: (taskId: string) => void): Promise<void> {
    this.#listener = listener
  }

  async stop(): Promise<void> {
    this.#listener = undefined
    for (const { timer } of this.#buckets.values()) timer.cancel()
    this.#buckets.clear()
  }

  #fire(bucket: number): void {
    const taskIds = this.#buckets.get(bucket)?.taskIds ?? []
    this.#buckets.delete(bucket)
    for (const taskId of taskIds) this.#listener?.(taskId)
  }
}
