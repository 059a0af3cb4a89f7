import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import { isTaskerError } from '../errors/tasker-error.js'

/** What waits for the database. */
export interface DatabaseWait {
  /** `commits`, `claims of due tasks`, … */
  readonly what: string
  /** When it failed first, ISO 8601. */
  readonly since: string
  /** How often it has failed since. */
  readonly failures: number
  readonly code: string
  readonly lastError: string
}

/** Whether an error says that the database is away, so that the same can be tried again. */
export function isDatabaseAway(error: unknown): boolean {
  return isTaskerError(error) && error.code === 'DATABASE_UNAVAILABLE'
}

/**
 * Knows what in this process waits for the database. It logs when the first begins to wait and when nothing waits any more, and not
 * each attempt of each: an outage is one thing, whoever notices it.
 */
export class DatabaseWatch {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #waits = new Map<Watched, DatabaseWait>()
  #awaySince = 0

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  get isAway(): boolean {
    return this.#waits.size > 0
  }

  /** What waits, the longest first. */
  get waits(): readonly DatabaseWait[] {
    return [...this.#waits.values()]
  }

  /** Begins to watch something that is done again until it is done. */
  watch(what: string): Watched {
    const watched: Watched = {
      failed: (error) => this.#failed(watched, what, error),
      worked: () => this.#worked(watched),
    }
    return watched
  }

  #failed(watched: Watched, what: string, error: unknown): void {
    const known = this.#waits.get(watched)
    const isFirst = this.#waits.size === 0
    this.#waits.set(watched, {
      what,
      since: known?.since ?? new Date(this.#clock.now()).toISOString(),
      failures: (known?.failures ?? 0) + 1,
      code: isTaskerError(error) ? error.code : 'UNKNOWN',
      lastError: error instanceof Error ? error.message : String(error),
    })
    if (!isFirst) return
    this.#awaySince = performance.now()
    this.#log.error({ err: error, what }, 'the database is away; what needs it waits, and goes on by itself')
  }

  #worked(watched: Watched): void {
    if (!this.#waits.delete(watched) || this.#waits.size > 0) return
    const awayMs = Math.round(performance.now() - this.#awaySince)
    this.#log.info({ awayMs }, 'the database is back')
  }
}

/** One thing that is tried again while the database is away. */
export interface Watched {
  failed(error: unknown): void
  /** It is done, or no longer wanted. */
  worked(): void
}
