import type { LogPoint, ShardPage } from '../../contracts/subscription-store.js'
import { wholeEntry } from '../../contracts/subscription-store.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { retryDelayMs } from '../database-retry.js'
import { isDatabaseAway, type Watched } from '../database-watch.js'
import type { DeliveryParts } from './delivery-parts.js'
import type { ShardCursor } from './shard-cursor.js'

/** Entries of one page. */
const pageSize = 500

/** A page, and for which cursors it was read: what came up since knows nothing of it. */
export interface ReadPage extends ShardPage {
  readonly through: number
  readonly cursors: readonly ShardCursor[]
}

/** How pages are delivered: see StreamedDelivery and TransactionalDelivery. */
export interface Delivery {
  readonly inFlight: number
  room(): Promise<void>
  take(page: ReadPage): Promise<void>
  halt(): void
}

/** Reads the log for the shards that are held here, page by page, and hands the pages to the delivery. */
export class DeliveryPump {
  readonly #parts: DeliveryParts
  readonly #delivery: Delivery
  readonly #watched: Watched
  readonly #pageSize: number
  /** Into how many shards the subscription is divided. */
  shardCount = 1
  #isRunning = false
  #hasNews = true
  #wake: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #ended: Promise<void> = Promise.resolve()
  /** Counts the times that the end of the log was found. */
  #endsSeen = 0
  #isAtEnd = false

  constructor(parts: DeliveryParts, delivery: Delivery, watched: Watched) {
    this.#parts = parts
    this.#delivery = delivery
    this.#watched = watched
    this.#pageSize = parts.settings.isTransactional ? pageSize / 5 : pageSize
  }

  /** Whether all that was in the log when it last looked was handed out. */
  get isAtEnd(): boolean {
    return this.#isAtEnd && !this.#hasNews
  }

  /** Grows whenever the end of the log was found. */
  get endsSeen(): number {
    return this.#endsSeen
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#ended = this.#run()
  }

  /** The log may have grown, or there are other shards to read for. Where delivery fails, that is no reason to try sooner. */
  look(): void {
    this.#hasNews = true
    if (this.#failures === 0) this.#wake?.()
  }

  /** Resolves when nothing is being read or handed out any more. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#wake?.()
    await this.#ended
    this.#watched.worked()
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      try {
        await this.#delivery.room()
        if (!this.#isRunning) return
        const hasRead = await this.#readOn()
        this.#failures = 0
        this.#watched.worked()
        if (!hasRead) await this.#news(this.#parts.settings.lookIntervalMs)
      } catch (error) {
        await this.#wait(error)
      }
    }
  }

  /** False if there is nothing to read now. */
  async #readOn(): Promise<boolean> {
    const { cursors, held, settings, store } = this.#parts
    const open = [...cursors.values()].filter(({ isLeaving, isLost }) => !isLeaving && !isLost)
    this.#hasNews = false
    if (open.length === 0 || held.size >= settings.maxHeldTasks) return false
    const after = open.map(({ handed }) => handed).reduce(lower)
    const shards = open.map(({ shard }) => shard)
    const isAll = shards.length === this.shardCount
    const page = await store.readShards({
      after,
      limit: this.#pageSize,
      shardCount: this.shardCount,
      ...(isAll ? {} : { shards }),
    })
    const { through } = page
    if (through === undefined || (through === after.logId && after.index === wholeEntry)) {
      this.#isAtEnd = true
      this.#endsSeen += 1
      return false
    }
    this.#isAtEnd = false
    await this.#delivery.take({ ...page, through, cursors: open })
    return true
  }

  #news(limitMs: number): Promise<void> {
    if (this.#hasNews || !this.#isRunning) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = () => {
        clearTimeout(this.#timer)
        this.#wake = undefined
        resolve()
      }
      this.#timer = setTimeout(this.#wake, limitMs)
    })
  }

  async #wait(error: unknown): Promise<void> {
    // The database answers; who keeps the log from being read stands in its lag.
    if (isTaskerError(error) && error.code === 'LOG_BLOCKED') {
      this.#watched.worked()
      return
    }
    this.#failures += 1
    if (isDatabaseAway(error)) this.#watched.failed(error)
    else this.#parts.log.warn({ err: error }, `delivery to ${this.#parts.name} failed; it is tried again`)
    this.#hasNews = false
    await this.#news(retryDelayMs(this.#failures))
    this.#hasNews = true
  }
}

function lower(one: LogPoint, other: LogPoint): LogPoint {
  return one.logId < other.logId || (one.logId === other.logId && one.index <= other.index) ? one : other
}
