import type { Logger } from '../../contracts/logger.js'
import type { RetentionApi } from '../../contracts/retention.js'
import type { Store } from '../../contracts/store.js'
import type { SubscriptionRow } from '../../contracts/subscription-store.js'
import { type DatabaseWatch, isDatabaseAway } from '../database-watch.js'
import { PeriodicWork } from '../periodic-work.js'

/** How often it looks whether it is time, in milliseconds: the first time is soon after the start. */
const lookIntervalMs = 1_000

export interface LogUpkeepSettings {
  readonly partitionMs?: number
  readonly upkeepIntervalMs: number
  /** How long finished tasks are kept; absent: for ever. */
  readonly finishedTasksMs?: number
}

const dayMs = 86_400_000
/** About as many partitions there are at most, if nobody says another interval. */
const mostPartitions = 30

/**
 * How long one partition is, if nobody says it. Looking up a task costs a little for each partition there is: 0.4 ms of the server
 * for 30 (docs/decisions/0012-log-partitions.md).
 */
export function partitionInterval({
  partitionMs,
  finishedTasksMs,
}: Omit<LogUpkeepSettings, 'upkeepIntervalMs'>): number {
  if (partitionMs !== undefined) return partitionMs
  if (finishedTasksMs === undefined) return 30 * dayMs
  return Math.max(dayMs, Math.ceil(finishedTasksMs / mostPartitions))
}

interface UpkeepStore extends Pick<Store, 'makeLogPartitions'> {
  listSubscriptions(): Promise<readonly Pick<SubscriptionRow, 'name' | 'holdsRetention' | 'seenAt' | 'lagEntries'>[]>
}

/**
 * Looks after the log while a worker runs: makes its partitions ahead of time, and takes away what is old. Every worker does, and
 * the database lets one at a time.
 */
export class LogUpkeep {
  readonly #store: UpkeepStore
  readonly #retention: RetentionApi
  readonly #settings: LogUpkeepSettings
  readonly #log: Logger
  readonly #work: PeriodicWork
  readonly #stopped = new AbortController()
  /** Durable subscribers of which it was said that nobody waits for them. */
  readonly #given = new Set<string>()
  #nextAt = 0

  constructor(
    store: UpkeepStore,
    retention: RetentionApi,
    settings: LogUpkeepSettings,
    log: Logger,
    watch: DatabaseWatch,
  ) {
    this.#store = store
    this.#retention = retention
    this.#settings = settings
    this.#log = log
    this.#work = new PeriodicWork('the upkeep of the log', lookIntervalMs, () => this.#look(), log, watch)
  }

  start(): void {
    this.#work.start()
  }

  /** Resolves when a step under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#work.stop()
  }

  /** Ceases without waiting for anything. */
  halt(): void {
    void this.stop()
  }

  async #look(): Promise<void> {
    if (performance.now() < this.#nextAt) return
    this.#nextAt = performance.now() + this.#settings.upkeepIntervalMs
    try {
      await this.#run()
    } catch (error) {
      // Whatever else is wrong, a missing right say, is not mended by trying again at once.
      if (isDatabaseAway(error)) this.#nextAt = 0
      throw error
    }
  }

  async #run(): Promise<void> {
    const partitions = await this.#store.makeLogPartitions(partitionInterval(this.#settings))
    if (partitions.length > 0) this.#log.info({ partitions }, 'made partitions of the event log')
    if (this.#settings.finishedTasksMs === undefined) return
    await this.#noteUnseen()
    const taken = await this.#retention.run({ signal: this.#stopped.signal })
    if (taken.tasks + taken.entries + taken.moved > 0) this.#log.info(taken, 'took away finished tasks and their log')
  }

  /** Says once of each durable subscriber that no worker has any more that retention does not wait for it. */
  async #noteUnseen(): Promise<void> {
    for (const { name, holdsRetention, seenAt, lagEntries } of await this.#store.listSubscriptions()) {
      if (holdsRetention) this.#given.delete(name)
      else if (!this.#given.has(name)) {
        this.#given.add(name)
        const wayOut = 'start a worker that has it, or remove it with `tasker subscriptions remove`'
        this.#log.warn(
          { subscription: name, seenAt, lagEntries },
          `retention does not wait for durable subscriber ${name} any more, which no worker has had since ${seenAt}: ${wayOut}`,
        )
      }
    }
  }
}
