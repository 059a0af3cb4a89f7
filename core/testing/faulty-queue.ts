import type { Queue, WakeListener, WakeUp } from '../contracts/queue.js'
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

  get isTransactional(): boolean {
    return this.#queue.isTransactional
  }

  async open(): Promise<void> {
    await this.#queue.open?.()
  }

  async wake(transaction: Transaction | undefined, wakeUps: readonly WakeUp[]): Promise<void> {
    if (this.#takeFault()) throw new InjectedFaultError(`the queue ${this.name}`)
    await this.#queue.wake(transaction, wakeUps)
  }

  start(listener: WakeListener, kinds: () => readonly string[]): Promise<void> {
    return this.#queue.start(listener, kinds)
  }

  stop(): Promise<void> {
    return this.#queue.stop()
  }
}
