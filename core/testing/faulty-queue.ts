import type { Queue } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'
import { InjectedFaultError } from '../errors/testing-errors.js'

/** A queue that refuses a wake-up as often as a test asked for. */
export class FaultyQueue implements Queue {
  readonly #queue: Queue
  readonly #takeFault: () => boolean

  constructor(queue: Queue, takeFault: () => boolean) {
    this.#queue = queue
    this.#takeFault = takeFault
  }

  get name(): string {
    return this.#queue.name
  }

  async wake(transaction: Transaction | undefined, taskId: string, runAt: string): Promise<void> {
    if (this.#takeFault()) throw new InjectedFaultError(`the queue ${this.name}`)
    await this.#queue.wake(transaction, taskId, runAt)
  }

  start(listener: (taskId: string) => void): Promise<void> {
    return this.#queue.start(listener)
  }

  stop(): Promise<void> {
    return this.#queue.stop()
  }
}
