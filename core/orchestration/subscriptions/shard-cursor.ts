import { type LogPoint, type ShardRow, wholeEntry } from '../../contracts/subscription-store.js'

/** What one page of the log has for one shard. */
export interface PageShare {
  readonly end: LogPoint
  /** Events of it that are under way. */
  pending: number
  /** All events of it. */
  size: number
}

/**
 * How far one shard is, as the worker that holds it knows: what was handed out, in the order of the log, and up to where everything of
 * that was handled. Pages are handed out before the one before is done with, so that one slow task does not hold up the others.
 */
export class ShardCursor {
  readonly shard: number
  readonly epoch: number
  /** It is to go to another worker: nothing more of it is handed out. */
  isLeaving = false
  /** It has gone to another worker: what is under way of it is nobody's business any more. */
  isLost = false
  #handed: LogPoint
  #handled: LogPoint
  #saved: LogPoint
  readonly #pages: PageShare[] = []
  #inFlight = 0
  #uncertain = 0

  constructor({ shard, epoch, logId, index }: ShardRow) {
    this.shard = shard
    this.epoch = epoch
    this.#handed = { logId, index }
    this.#handled = this.#handed
    this.#saved = this.#handed
  }

  /** The last place that was handed out. */
  get handed(): LogPoint {
    return this.#handed
  }

  /** Everything up to here was handled, or is written down as failed. */
  get handled(): LogPoint {
    return this.#handled
  }

  /** Events under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Events that were handed out behind what is handled: after a crash they are handed out again. */
  get uncertain(): number {
    return this.#uncertain
  }

  get hasMoved(): boolean {
    return this.#handled !== this.#saved
  }

  /** Whether an event stands behind what was handed out. */
  isAhead(logId: number, index: number): boolean {
    return logId > this.#handed.logId || (logId === this.#handed.logId && index > this.#handed.index)
  }

  /** The share of a page that ends with this entry; undefined if all of it was handed out before. Close it when it is handed out. */
  open(through: number): PageShare | undefined {
    if (this.isLeaving || this.isLost || !this.isAhead(through, wholeEntry)) return undefined
    const share = { end: { logId: through, index: wholeEntry }, pending: 1, size: 0 }
    this.#pages.push(share)
    return share
  }

  close(share: PageShare): void {
    this.#handed = share.end
    share.pending -= 1
    this.#advance()
  }

  begin(share: PageShare): void {
    share.pending += 1
    share.size += 1
    this.#inFlight += 1
    this.#uncertain += 1
  }

  end(share: PageShare): void {
    share.pending -= 1
    this.#inFlight -= 1
    if (share.pending === 0) this.#advance()
  }

  /** Everything up to a place was handled at once. */
  moveTo(point: LogPoint): void {
    this.#handed = point
    this.#handled = point
  }

  saved(point: LogPoint): void {
    if (point === this.#handled) this.#saved = point
  }

  #advance(): void {
    while (this.#pages.length > 0 && this.#pages[0]!.pending === 0) {
      const { end, size } = this.#pages.shift()!
      this.#handled = end
      this.#uncertain -= size
    }
  }
}
