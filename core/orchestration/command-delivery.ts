import type { Store } from '../contracts/store.js'
import type { Command } from '../contracts/task-request.js'

/** What a worker owns, as far as commands go. */
interface Recipient {
  readonly id: string
  readonly ownsAny: boolean
  deliver(command: Command): boolean
}

/** Fetches the commands for the tasks of a worker, and hands them to their runs; one look at a time. */
export class CommandDelivery {
  readonly #store: Store
  readonly #worker: Recipient
  #look: Promise<void> | undefined
  #mustLookAgain = false

  constructor(store: Store, worker: Recipient) {
    this.#store = store
    this.#worker = worker
  }

  /** Resolves when what was there at this call has been handed over. */
  look(): Promise<void> {
    // What is announced during a look may have come too late for it.
    this.#mustLookAgain = this.#look !== undefined
    this.#look ??= this.#deliver().finally(() => {
      this.#look = undefined
    })
    return this.#look
  }

  async #deliver(): Promise<void> {
    do {
      this.#mustLookAgain = false
      if (!this.#worker.ownsAny) return
      for (const command of await this.#store.commandsFor(this.#worker.id)) this.#worker.deliver(command)
    } while (this.#mustLookAgain)
  }
}
