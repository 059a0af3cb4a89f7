import type { Logger } from '../contracts/logger.js'
import { retryDelayMs } from './database-retry.js'
import { type DatabaseWatch, isDatabaseAway, type Watched } from './database-watch.js'

/** Share of an interval by which chance changes it, so that many workers do not come in step. Not the seeded one: this is real time. */
const jitter = 0.2

/**
 * Work that is done again and again, an interval after it was done last, until stopped; never twice at once. While the database is
 * away it is tried as everything is that waits for it.
 * In real time also under a virtual clock: it looks at what other processes did.
 */
export class PeriodicWork {
  readonly #what: string
  readonly #intervalMs: number
  readonly #work: () => Promise<void>
  readonly #log: Logger
  readonly #watched: Watched
  #timer: NodeJS.Timeout | undefined
  #current: Promise<void> | undefined
  #isRunning = false
  #failures = 0

  constructor(what: string, intervalMs: number, work: () => Promise<void>, log: Logger, watch: DatabaseWatch) {
    this.#what = what
    this.#intervalMs = intervalMs
    this.#work = work
    this.#log = log
    this.#watched = watch.watch(what)
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
    this.#watched.worked()
  }

  #schedule(): void {
    if (!this.#isRunning) return
    const delayMs = this.#failures === 0 ? this.#intervalMs : retryDelayMs(this.#failures)
    this.#timer = setTimeout(() => {
      this.#current = this.#once().finally(() => this.#schedule())
    }, jittered(delayMs))
  }

  #take(error: unknown): void {
    if (isDatabaseAway(error)) {
      this.#failures += 1
      this.#watched.failed(error)
    } else {
      this.#failures = 0
      this.#log.warn({ err: error }, `${this.#what} failed; it is tried again`)
    }
  }

  async #once(): Promise<void> {
    try {
      await this.#work()
      this.#failures = 0
      this.#watched.worked()
    } catch (error) {
      this.#take(error)
    }
  }
}

function jittered(delayMs: number): number {
  return delayMs * (1 - jitter + 2 * jitter * Math.random())
}
