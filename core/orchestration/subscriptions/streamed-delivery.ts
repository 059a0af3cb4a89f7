import type { HeldLane, LogPoint, ShardPage, StoredDeadLetter } from '../../contracts/subscription-store.js'
import { toEnvelope } from '../../workflow/log-envelope.js'
import type { DeliveryParts } from './delivery-parts.js'
import type { ReadPage } from './delivery-pump.js'
import { failedAgain, failureOf, type LaneEvent } from './failed-event.js'
import { laneOf } from './lane-of.js'
import type { PageShare, ShardCursor } from './shard-cursor.js'

/** Most events under way: beyond, nothing more is read. */
const mostInFlight = 2_000
/** Most events of one shard that are handled once more after a crash. */
const mostUncertain = 2_000
/** Entries that are read at once when a held lane catches up. */
const laneReadSize = 100

interface QueuedEvent extends LaneEvent {
  readonly cursor: ShardCursor
  readonly share: PageShare
}

/** The share of a page that one cursor has. */
interface OpenShare {
  readonly cursor: ShardCursor
  readonly share: PageShare
}

/** The events of one task (or of one entry without a task) that are under way, in order. */
interface Lane {
  readonly key: string
  readonly queue: QueuedEvent[]
  next: number
}

/**
 * Delivers pages of the log: the events of one task one after the other, different tasks at once, at least once each. It goes on with
 * later pages while some tasks take their time; a cursor moves up to where everything before it was handled.
 */
export class StreamedDelivery {
  readonly #parts: DeliveryParts
  readonly #lanes = new Map<string, Lane>()
  readonly #waiting: (() => Promise<void>)[] = []
  /** By lane: what is tried again of it now, or last in line. */
  readonly #turns = new Map<string, Promise<void>>()
  #running = 0
  #inFlight = 0
  #room: PromiseWithResolvers<void> | undefined
  #isHalted = false

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Events under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (!this.#hasRoom && !this.#isHalted) {
      this.#room ??= Promise.withResolvers<void>()
      await this.#room.promise
    }
  }

  /** Also what was handled already counts, as long as an event before it is not: it would be handled again after a crash. */
  get #hasRoom(): boolean {
    if (this.#inFlight >= mostInFlight) return false
    for (const cursor of this.#parts.cursors.values()) if (cursor.uncertain >= mostUncertain) return false
    return true
  }

  /** Nothing more is begun. */
  halt(): void {
    this.#isHalted = true
    this.#waiting.length = 0
    this.#room?.resolve()
  }

  /** Hands out what a page has for the shards that are held here. */
  async take({ entries, through, cursors }: ReadPage): Promise<void> {
    const { progress } = this.#parts
    const shares = new Map<number, OpenShare>()
    for (const cursor of cursors) {
      const share = cursor.open(through)
      if (share !== undefined) shares.set(cursor.shard, { cursor, share })
    }
    const before = this.#inFlight
    const begun = this.#queue(entries, shares)
    for (const { cursor, share } of shares.values()) cursor.close(share)
    for (const lane of begun) this.#start(() => this.#run(lane))
    if (this.#inFlight === before && begun.length === 0) progress.passed()
    else progress.handled()
  }

  /** Tries the first event of a held lane again, and then all that has come since. */
  retry(held: HeldLane): void {
    this.#inTurn(held.lane, () => this.#catchUp(held))
  }

  /** Tries an event again that had been given up. */
  revive(letter: StoredDeadLetter): void {
    this.#inTurn(letter.lane, () => this.#revive(letter))
  }

  /** Gives the lanes that have something to do and had not. */
  #queue(entries: ShardPage['entries'], shares: ReadonlyMap<number, OpenShare>): readonly Lane[] {
    const { caller, held } = this.#parts
    const begun: Lane[] = []
    for (const { id, taskId, shard, firstIndex, events } of entries) {
      const open = shares.get(shard)
      if (open === undefined) continue
      const { cursor, share } = open
      const logId = Number(id)
      const key = laneOf(taskId, logId)
      if (held.has(key)) continue
      let lane = this.#lanes.get(key)
      for (const [place, event] of events.entries()) {
        const index = firstIndex + place
        if (!caller.hears(event.name) || !cursor.isAhead(logId, index)) continue
        if (lane === undefined) {
          lane = { key, queue: [], next: 0 }
          this.#lanes.set(key, lane)
          begun.push(lane)
        }
        lane.queue.push({ lane: key, shard, taskId, event, logId, index, cursor, share })
        cursor.begin(share)
        this.#inFlight += 1
      }
    }
    return begun
  }

  /** What is tried again of one lane is tried one after the other. */
  #inTurn(lane: string, work: () => Promise<void>): void {
    const turn = (this.#turns.get(lane) ?? Promise.resolve()).then(
      () => new Promise<void>((resolve) => this.#start(() => work().finally(resolve))),
    )
    this.#turns.set(lane, turn)
    void turn.then(() => {
      if (this.#turns.get(lane) === turn) this.#turns.delete(lane)
    })
  }

  #start(work: () => Promise<void>): void {
    if (this.#isHalted) return
    if (this.#running >= this.#parts.settings.concurrency) {
      this.#waiting.push(work)
      return
    }
    this.#running += 1
    const done = work().catch((error) => this.#parts.log.error({ err: error }, 'a delivery failed in itself'))
    void done.finally(() => {
      this.#running -= 1
      const next = this.#waiting.shift()
      if (next !== undefined) this.#start(next)
    })
  }

  async #run(lane: Lane): Promise<void> {
    const { progress } = this.#parts
    while (lane.next < lane.queue.length && !this.#isHalted) {
      const queued = lane.queue[lane.next]!
      lane.next += 1
      let end: 'done' | 'held' = 'done'
      try {
        end = await this.#handle(queued)
      } finally {
        this.#settle(queued)
      }
      if (end === 'done') continue
      // What is left of the shard that has the failure comes after it; what another cursor has queued is its own affair.
      const rest = lane.queue.slice(lane.next)
      lane.queue.length = lane.next
      for (const each of rest) each.cursor === queued.cursor ? this.#settle(each) : lane.queue.push(each)
    }
    this.#lanes.delete(lane.key)
    progress.handled()
  }

  /** Of a shard that has gone, an event is nobody's affair here, however its handler ends. */
  async #handle(queued: QueuedEvent): Promise<'done' | 'held'> {
    const { caller, counters, held, progress } = this.#parts
    if (queued.cursor.isLost) return 'done'
    try {
      const pending = caller.call(envelopeOf(queued), 1)
      if (pending !== undefined) await pending
      counters.delivered()
      return 'done'
    } catch (error) {
      if (queued.cursor.isLost || this.#isHalted) return 'done'
      const failure = failureOf(this.#parts, queued, error, 1)
      if (failure.kind === 'given_up') {
        progress.draft.bury(failure.deadLetter)
        return 'done'
      }
      held.hold(failure.held)
      progress.draft.hold(failure.held)
      return 'held'
    }
  }

  #settle({ cursor, share }: QueuedEvent): void {
    cursor.end(share)
    this.#inFlight -= 1
    if (this.#room === undefined || this.#inFlight > mostInFlight / 2 || !this.#hasRoom) return
    this.#room.resolve()
    this.#room = undefined
  }

  /**
   * The lane is free when it has come to what was handed out last: what is handed out after that goes the usual way. If its shard has gone
   * meanwhile, and be it back again, the lane is another one, and not ours.
   */
  async #catchUp(lane: HeldLane): Promise<void> {
    const { cursors, held, progress, store, log, clock } = this.#parts
    const cursor = cursors.get(lane.shard)
    const isOurs = () => cursor?.isLost === false && held.get(lane.lane) === lane && !this.#isHalted
    if (cursor === undefined || !isOurs()) return
    /** As it stands: what it has come past is not handled again. */
    let stand = lane
    try {
      for (let from: LogPoint = lane; ; ) {
        const through = cursor.handed.logId
        const entries = await store.readLane(lane.lane, from, through, laneReadSize)
        if (!isOurs()) return
        if (from.logId === lane.logId && entries[0]?.id !== String(lane.logId) && through >= lane.logId)
          log.error(
            { lane: lane.lane, logId: lane.logId },
            'an event that was to be tried again is not in the log any more',
          )
        if (entries.length === 0) {
          if (cursor.handed.logId > through) continue
          break
        }
        for (const { id, taskId, firstIndex, events } of entries) {
          for (const [place, event] of events.entries()) {
            const failed = {
              lane: lane.lane,
              shard: lane.shard,
              taskId,
              event,
              logId: Number(id),
              index: firstIndex + place,
            }
            const isFirst = failed.logId === lane.logId && failed.index === lane.index
            const still = await this.#tryAgain(failed, isFirst ? lane.attempts + 1 : 1, cursor)
            if (!isOurs()) return
            if (still !== undefined) return this.#keep(still)
          }
          from = { logId: Number(id) + 1, index: 0 }
          stand = { ...lane, ...from, attempts: 0 }
        }
        // As far as it has come, should the process die.
        progress.draft.hold(stand)
      }
      held.free(lane.lane)
      progress.draft.free(lane.lane, lane.shard)
      progress.handled()
    } catch (error) {
      if (!isOurs()) return
      log.debug({ err: error, lane: lane.lane }, 'a held lane could not be read; it is tried again')
      this.#keep({ ...stand, dueAt: new Date(clock.now() + 1_000).toISOString() })
    }
  }

  #keep(lane: HeldLane): void {
    const { held, progress } = this.#parts
    held.hold(lane)
    progress.draft.hold(lane)
    progress.handled()
  }

  /** Gives how the lane is held now, if the event failed and may be tried again. */
  async #tryAgain(failed: LaneEvent, attempt: number, cursor: ShardCursor): Promise<HeldLane | undefined> {
    const { caller, counters, progress } = this.#parts
    if (!caller.hears(failed.event.name)) return undefined
    try {
      await caller.call(envelopeOf(failed), attempt)
      counters.delivered()
      return undefined
    } catch (error) {
      if (cursor.isLost || this.#isHalted) return undefined
      const failure = failureOf(this.#parts, failed, error, attempt)
      if (failure.kind === 'held') return failure.held
      progress.draft.bury(failure.deadLetter)
      return undefined
    }
  }

  async #revive(letter: StoredDeadLetter): Promise<void> {
    const { caller, counters, progress } = this.#parts
    try {
      await caller.call(envelopeOf(letter), letter.attempts + 1)
      counters.delivered()
      progress.draft.revive(letter.id, letter.shard)
    } catch (error) {
      progress.draft.failAgain(failedAgain(this.#parts, letter, error))
    }
    progress.handled()
  }
}

function envelopeOf({ taskId, logId, event, index }: LaneEvent) {
  return toEnvelope(taskId, String(logId), event, index)
}
