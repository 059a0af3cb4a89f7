/** Collects items while a batch is under way, and hands them over together when it is done. */
export class Batches<T> {
  readonly #handle: (items: readonly T[]) => Promise<void>
  #waiting: { readonly items: T[]; readonly done: PromiseWithResolvers<void> } | undefined
  #isRunning = false

  constructor(handle: (items: readonly T[]) => Promise<void>) {
    this.#handle = handle
  }

  /** Resolves when the batch of the item is done. */
  add(item: T): Promise<void> {
    this.#waiting ??= { items: [], done: Promise.withResolvers<void>() }
    this.#waiting.items.push(item)
    const { promise } = this.#waiting.done
    if (!this.#isRunning) {
      this.#isRunning = true
      setImmediate(() => void this.#run())
    }
    return promise
  }

  async #run(): Promise<void> {
    while (this.#waiting !== undefined) {
      const { items, done } = this.#waiting
      this.#waiting = undefined
      await this.#handle(items).then(done.resolve, done.reject)
    }
    this.#isRunning = false
  }
}
