import type { Clock } from '../../contracts/clock.js'

/** Share of the newest call in the average. */
const newest = 0.1
/** Until a call has ended, in milliseconds. */
const firstGuessMs = 100

/** How long the calls of one system take, on average. */
export class CallTimes {
  readonly #clock: Clock
  #averageMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get averageMs(): number {
    return this.#averageMs ?? firstGuessMs
  }

  /** A call begins; what it gives is called when it has ended. */
  begin(): () => void {
    const startedAt = this.#clock.monotonic()
    return () => {
      const tookMs = Math.max(0, this.#clock.monotonic() - startedAt)
      this.#averageMs = this.#averageMs === undefined ? tookMs : this.#averageMs * (1 - newest) + tookMs * newest
    }
  }
}
