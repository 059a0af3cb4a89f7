/** A commit of the limit's size may take this long, in milliseconds: those who come after it wait as long. */
const slowMs = 150
const fastMs = 40
const smallest = 8
const largest = 2_000

/**
 * How many writes go into one commit. It follows what the database can do: a full batch that took long halves it, one that was
 * quick lets it grow, so that neither a slow server nor results of megabytes make everybody wait for one commit.
 */
export class BatchLimit {
  #limit = 256

  get value(): number {
    return this.#limit
  }

  /** Learns from a commit of `size` writes that took `durationMs`. */
  learn(size: number, durationMs: number): void {
    if (durationMs > slowMs && size > smallest) this.#limit = Math.max(smallest, Math.floor(size / 2))
    else if (durationMs < fastMs && size >= this.#limit) this.#limit = Math.min(largest, Math.ceil(this.#limit * 1.25))
  }
}
