/** What happens to an event for which there is no room: the oldest waiting one goes, or it goes itself. */
export type OverflowPolicy = 'drop_oldest' | 'drop_newest'

/** First in, first out, up to a size. */
export class BoundedBuffer<T> {
  readonly #capacity: number
  readonly #overflow: OverflowPolicy
  #items: T[] = []
  #head = 0

  constructor(capacity: number, overflow: OverflowPolicy = 'drop_oldest') {
    this.#capacity = Math.max(1, capacity)
    this.#overflow = overflow
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  /** Adds an item; gives the one that had to go, if one had to. */
  push(item: T): T | undefined {
    if (this.size < this.#capacity) {
      this.#items.push(item)
      return undefined
    }
    if (this.#overflow === 'drop_newest') return item
    const oldest = this.shift()
    this.#items.push(item)
    return oldest
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#head++
    if (this.#head === this.#items.length) this.clear()
    else if (this.#head > 1024 && this.#head * 2 > this.#items.length) this.#compact()
    return item
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  /** Taken items are let go of in bulk, so that taking one costs the same however many wait. */
  #compact(): void {
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
