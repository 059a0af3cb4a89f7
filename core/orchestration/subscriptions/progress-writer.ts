import type { SubscriptionStore } from '../../contracts/subscription-store.js'
import { retryDelayMs } from '../database-retry.js'
import { isDatabaseAway, type Watched } from '../database-watch.js'
import { ProgressDraft } from './progress-draft.js'
import type { ShardCursor } from './shard-cursor.js'

/** What was handled is written down after this many milliseconds at most: after a crash so much is handled once more. */
const handledIntervalMs = 50
/** Where nothing was handled, but the log has grown by what others listen to, it is enough to say so now and then. */
const passedIntervalMs = 250

interface Services {
  readonly name: string
  readonly store: SubscriptionStore
  readonly cursors: ReadonlyMap<number, ShardCursor>
  readonly watched: Watched
  /** A shard has gone to another worker. */
  onLost(cursor: ShardCursor): void
  onError(error: unknown): void
}

/** Writes down how far deliveries are, many at once, one write at a time; what cannot be written because the database is away is kept. */
export class ProgressWriter {
  readonly #services: Services
  #draft = new ProgressDraft()
  #writing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #writtenAt = 0
  #failures = 0
  #isHalted = false

  constructor(services: Services) {
    this.#services = services
  }

  /** What is to be written with the next cursors; call {@link handled} when it is complete. */
  get draft(): ProgressDraft {
    return this.#draft
  }

  /** Whether something waits to be written, or is being written. */
  get isBusy(): boolean {
    return this.#writing !== undefined || this.#hasNews
  }

  /** Events were handled, or have failed. */
  handled(): void {
    this.#planAfter(handledIntervalMs)
  }

  /** The log was read on, and nothing in it was for us. */
  passed(): void {
    this.#planAfter(passedIntervalMs)
  }

  /** Writes now what there is; resolves when nothing is left to write, or the database is away. */
  async flush(): Promise<void> {
    while (this.isBusy && !this.#isHalted) {
      await (this.#writing ?? this.#write())
      if (this.#failures > 0) return
    }
  }

  halt(): void {
    this.#isHalted = true
    clearTimeout(this.#timer)
    this.#services.watched.worked()
  }

  get #hasNews(): boolean {
    if (!this.#draft.isEmpty) return true
    for (const cursor of this.#services.cursors.values()) if (cursor.hasMoved && !cursor.isLost) return true
    return false
  }

  #planAfter(intervalMs: number): void {
    // A write under way, or one that failed, is followed by another one.
    if (this.#writing !== undefined || (this.#failures > 0 && this.#timerAt < Number.POSITIVE_INFINITY)) return
    this.#plan(Math.max(this.#writtenAt + intervalMs, performance.now()))
  }

  #plan(at: number): void {
    if (this.#isHalted || at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, at - performance.now()))
    this.#timer.unref()
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    if (this.#writing !== undefined) return
    if (!this.#hasNews) {
      this.#isWritten()
      return
    }
    this.#write().catch((error) => this.#services.onError(error))
  }

  #write(): Promise<void> {
    this.#writing = this.#writeOnce().finally(() => {
      this.#writing = undefined
      if (!this.#hasNews) this.#isWritten()
      else this.#plan(performance.now() + (this.#failures > 0 ? retryDelayMs(this.#failures) : handledIntervalMs))
    })
    return this.#writing
  }

  /** Also where what could not be written is no longer to be written. */
  #isWritten(): void {
    this.#failures = 0
    this.#services.watched.worked()
  }

  async #writeOnce(): Promise<void> {
    const { name, store, cursors, watched, onLost } = this.#services
    const draft = this.#draft
    this.#draft = new ProgressDraft()
    const named = draft.shards
    const moved = [...cursors.values()].filter(
      (cursor) => !cursor.isLost && (cursor.hasMoved || named.has(cursor.shard)),
    )
    const shards = moved.map(({ shard, epoch, handled }) => ({ shard, epoch, ...handled }))
    const points = moved.map((cursor) => [cursor, cursor.handled] as const)
    try {
      const kept = new Set(await store.saveProgress(name, { shards, ...draft.parts }))
      for (const [cursor, point] of points) {
        cursor.saved(point)
        if (!kept.has(cursor.shard)) onLost(cursor)
      }
      this.#isWritten()
    } catch (error) {
      // What has gone to others meanwhile is not ours to write any more.
      for (const cursor of moved) if (cursor.isLost) draft.forget(cursor.shard)
      this.#draft.putBack(draft)
      this.#failures += 1
      if (!isDatabaseAway(error)) throw error
      watched.failed(error)
    } finally {
      this.#writtenAt = performance.now()
    }
  }
}
