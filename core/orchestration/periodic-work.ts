import type { Logger } from '../contracts/logger.js'

/**
 * Work that is done again and again, an interval after it was done last, until stopped; never twice at once.
 * In real time also under a virtual clock: it looks at what other processes did.
 */
export class PeriodicWork {
  readonly #what: string
  readonly #intervalMs: number
  readonly #work: () => Promise<void>
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #current: Promise<void> | undefined
  #isRunning = false

  constructor(what: string, intervalMs: number, work: () => Promise<void>, log: Logger) {
    this.#what = what
    this.#intervalMs = intervalMs
    this.#work = work
    this.#log = log
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#schedule()
  }

  /** Resolves when work under way has ended. */
  async stop(): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#timer)
    await this.#current
  }

  #schedule(): void {
    if (!this.#isRunning) return
    this.#timer = setTimeout(() => {
      this.#current = this.#work()
        .catch((error) => this.#log.warn({ err: error }, `${this.#what} failed; it is tried again`))
        .finally(() => this.#schedule())
    }, this.#intervalMs)
  }
}
