import { setTimeout as sleep } from 'node:timers/promises'
import { type DatabaseWatch, isDatabaseAway } from './database-watch.js'

const firstDelayMs = 100
/** So soon is it noticed that the database is back. */
const longestDelayMs = 2_000

/**
 * How long to wait after so many failures in a row: doubled each time, and less by chance, up to a half, so that the workers of a
 * fleet do not all come at once to a server that has just started.
 */
export function retryDelayMs(failures: number): number {
  const delayMs = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs)
  return delayMs * (0.5 + Math.random() / 2)
}

/** Does again what failed because the database is away, until it is done. */
export class DatabaseRetry {
  readonly #watch: DatabaseWatch
  readonly #end = new AbortController()

  constructor(watch: DatabaseWatch) {
    this.#watch = watch
  }

  /**
   * Gives what `action` gives. What fails for another reason is thrown; after `abandon()` a failure of the database is, too.
   *
   * @param what stands in the health report while it waits
   */
  async until<T>(what: string, action: () => Promise<T>): Promise<T> {
    const watched = this.#watch.watch(what)
    try {
      for (let failures = 1; ; failures++) {
        try {
          return await action()
        } catch (error) {
          if (!isDatabaseAway(error) || this.#end.signal.aborted) throw error
          watched.failed(error)
        }
        // Real time also under a virtual clock: it is the database that is waited for.
        await sleep(retryDelayMs(failures), undefined, { signal: this.#end.signal }).catch(() => undefined)
      }
    } finally {
      watched.worked()
    }
  }

  /** Whether something of this name waits for the database. */
  isWaitingFor(what: string): boolean {
    return this.#watch.waits.some((wait) => wait.what === what)
  }

  /** Waits no more. */
  abandon(): void {
    this.#end.abort()
  }
}
