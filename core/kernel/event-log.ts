import { setTimeout } from 'node:timers/promises'
import type { EnvelopeOptions } from '../bus/event-factory.js'
import type { LogLag } from '../contracts/event-log.js'
import type { LogQuery, Store, StoredLogEntry } from '../contracts/store.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import type { TaskerEvent } from '../events/envelope.js'
import { matchesPattern } from '../events/event-pattern.js'
import { LogContinuity } from '../workflow/log-continuity.js'
import { toEnvelope } from '../workflow/log-envelope.js'
import { formatPosition } from '../workflow/log-position.js'
import type { LogPublisher } from './log-publisher.js'
import type { Masking } from './masking.js'

/** What an event that is written into the log can be told. */
export type LogPublishOptions = Pick<EnvelopeOptions, 'correlationId' | 'causationId' | 'trace'>

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
  readonly #publisher: LogPublisher

  constructor(store: Store, masking: Masking, publisher: LogPublisher) {
    this.#store = store
    this.#masking = masking
    this.#publisher = publisher
  }

  /**
   * Writes a custom event into the log, and then publishes it on the bus: durable subscribers are given it, also if this process dies
   * when this has resolved. It belongs to no task; in a step use its `publish`, which is committed with the success of the step.
   *
   * @returns the event, with its position
   * @throws UnknownEventError, InvalidEventPayloadError, NotStorableError
   * @example
   * await tasker.log.publish(orderPlaced, { orderId: 7 })
   */
  publish<N extends string, P>(
    event: CustomEventDescriptor<N, P>,
    payload: P,
    options?: LogPublishOptions,
  ): Promise<TaskerEvent<string>>
  publish(event: string, payload?: unknown, options?: LogPublishOptions): Promise<TaskerEvent<string>>
  publish(
    event: string | CustomEventDescriptor,
    payload: unknown = null,
    options?: LogPublishOptions,
  ): Promise<TaskerEvent<string>> {
    return this.#publisher.publish(event, payload, options)
  }

  /**
   * Reads the log in order, each durable event once, whatever process wrote it; secrets are masked. The entries of each task are
   * checked to follow one another. Where a transaction that writes to the log stays open, a follower waits for it ({@link lag} says
   * who it is); other readers give up after 5 s.
   *
   * @throws LogGapError
   * @throws LogBlockedError
   * @throws LogExpiredError where retention has taken what comes after the position
   * @example
   * for await (const event of tasker.log.tail({ names: ['task.*'], follow: true, signal })) console.log(event.name)
   */
  async *tail(options: TailOptions = {}): AsyncGenerator<TaskerEvent<string>, void> {
    const { names = ['*'], taskId, follow = false, signal } = options
    const continuity = new LogContinuity(options.after === undefined)
    let after = options.after
    // Whoever begins at the beginning takes what there is; from the first time that it has come to the end, it must miss nothing.
    let toleratesLoss = options.after === undefined
    while (!signal?.aborted) {
      const query = { limit: pageSize, toleratesLoss, ...(after ? { after } : {}), ...(taskId ? { taskId } : {}) }
      const entries = await (follow ? this.#readPatiently(query, signal) : this.#store.readLog(query))
      for (const entry of entries) {
        continuity.check(entry)
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
      toleratesLoss = false
      await setTimeout(lookIntervalMs, undefined, signal ? { signal } : {}).catch(() => undefined)
    }
  }

  /** The position after which nothing has been written yet; undefined if the log is empty. */
  async end(): Promise<string | undefined> {
    return this.#store.logEnd()
  }

  /**
   * How far the log goes, and which transaction that writes to it has been open longest: while one is, what was written after
   * it began is not handed to readers.
   *
   * @example
   * const { oldestWriter } = await tasker.log.lag()
   * if (oldestWriter !== null && oldestWriter.sinceMs > 5_000) console.warn(oldestWriter.processId, oldestWriter.application)
   */
  lag(): Promise<LogLag> {
    return this.#store.logLag()
  }

  /** A page, as soon as no transaction keeps it back. */
  async #readPatiently(query: LogQuery, signal: AbortSignal | undefined): Promise<readonly StoredLogEntry[]> {
    while (!signal?.aborted) {
      try {
        return await this.#store.readLog(query)
      } catch (error) {
        if (!isTaskerError(error) || error.code !== 'LOG_BLOCKED') throw error
      }
    }
    return []
  }
}
