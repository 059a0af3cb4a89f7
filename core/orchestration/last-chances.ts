/** Losses of its owner after which a step counts as their cause, and ends in error. */
export const maxOwnerLosses = 3

/** Whether the next loss of a step with so many would be its last. */
export function isLastChance(ownerLosses: number): boolean {
  return ownerLosses >= maxOwnerLosses - 1
}

/**
 * A step that was running at two deaths of its process may be their cause, or may only have stood beside it. A third loss ends it in
 * error, so that such steps run one at a time in a worker: the one that kills it does so without the others, and does not take
 * along whatever happened to run with it each time.
 */
export class LastChances {
  readonly #waiting = new Map<object, () => void>()
  #holder: object | undefined

  /** Whether the holder may run its step now; if not, `onFree` is called when it may try again. */
  tryTake(holder: object, onFree: () => void): boolean {
    if (this.#holder !== undefined) {
      this.#waiting.set(holder, onFree)
      return false
    }
    this.#waiting.delete(holder)
    this.#holder = holder
    return true
  }

  /** Gives back what a holder has or waits for, if it does. */
  release(holder: object): void {
    this.#waiting.delete(holder)
    if (this.#holder !== holder) return
    this.#holder = undefined
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const onFree of waiting) onFree()
  }
}
