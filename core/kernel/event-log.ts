import { setTimeout } from 'node:timers/promises'
import type { Store } from '../contracts/store.js'
import type { TaskerEvent } from '../events/envelope.js'
import { matchesPattern } from '../events/event-pattern.js'
import { toEnvelope } from '../orchestration/lifecycle-publisher.js'
import { formatPosition } from '../workflow/log-position.js'
import type { Masking } from './masking.js'

export interface TailOptions {
  /** Names and wildcards; none means all. */
  readonly names?: readonly string[]
  /** A position: events after it. None means from the beginning. */
  readonly after?: string
  readonly taskId?: string
  /** Goes on when the end is reached, until the signal fires. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
}

/** Entries per page. */
const pageSize = 200
/** How often a follower looks for new entries, in milliseconds. */
const lookIntervalMs = 100

/** The event log, as every process that reads the database sees it. */
export class EventLog {
  readonly #store: Store
  readonly #masking: Masking

  constructor(store: Store, masking: Masking) {
    this.#store = store
    this.#masking = masking
  }

  /**
   * Reads the log in order, each durable event once, whatever process wrote it; secrets are masked.
   *
   * @example
   * for await (const event of tasker.log.tail({ names: ['task.*'], follow: true, signal })) console.log(event.name)
   */
  async *tail(options: TailOptions = {}): AsyncGenerator<TaskerEvent<string>, void> {
    const { names = ['*'], taskId, follow = false, signal } = options
    let after = options.after
    while (!signal?.aborted) {
      const entries = await this.#store.readLog({
        limit: pageSize,
        ...(after ? { after } : {}),
        ...(taskId ? { taskId } : {}),
      })
      for (const entry of entries) {
        for (const [index, event] of entry.events.entries()) {
          if (signal?.aborted) return
          const place = entry.firstIndex + index
          after = formatPosition(entry.id, place)
          if (!names.some((pattern) => matchesPattern(pattern, event.name))) continue
          yield this.#masking.maskEvent(toEnvelope(entry.taskId, entry.id, event, place))
        }
      }
      if (entries.length > 0) continue
      if (!follow) return
      await setTimeout(lookIntervalMs, undefined, signal ? { signal } : {}).catch(() => undefined)
    }
  }

  /** The position after which nothing has been written yet; undefined if the log is empty. */
  async end(): Promise<string | undefined> {
    return this.#store.logEnd()
  }
}
