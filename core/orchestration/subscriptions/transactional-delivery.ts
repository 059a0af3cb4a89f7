import type {
  DeliveryProgress,
  HeldLane,
  LogPoint,
  OwnedShard,
  ShardPage,
  StoredDeadLetter,
} from '../../contracts/subscription-store.js'
import { wholeEntry } from '../../contracts/subscription-store.js'
import type { Transaction } from '../../contracts/transaction.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { toEnvelope } from '../../workflow/log-envelope.js'
import type { DeliveryParts } from './delivery-parts.js'
import type { ReadPage } from './delivery-pump.js'
import { failedAgain, failureOf, type LaneEvent } from './failed-event.js'
import { laneOf } from './lane-of.js'
import { ProgressDraft } from './progress-draft.js'
import type { ShardCursor } from './shard-cursor.js'
import { SubscriberTransaction } from './subscriber-transaction.js'

/** Entries that are read at once when a held lane catches up. */
const laneReadSize = 50
/** The session of a transaction is given up by the server so long after the time limit of a handler, in milliseconds. */
const idleMarginMs = 10_000

/** What a handler threw, and on what: the transaction is rolled back, and the events are handled again one by one. */
class HandlerFailed extends Error {}

/**
 * Delivers pages of the log within transactions: what the handlers write by `event.tx` and the cursors are committed together, so that each
 * event takes effect exactly once. One event after the other, because a transaction is one conversation.
 *
 * Where a handler fails, the page is rolled back and handled again with a savepoint before each event, so that only the lane of the
 * failing one is held back.
 */
export class TransactionalDelivery {
  readonly #parts: DeliveryParts
  #queue: Promise<void> = Promise.resolve()
  #inFlight = 0
  #isHalted = false

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Transactions that are under way, or wait for their turn. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** A page is taken when the one before is done with. */
  room(): Promise<void> {
    return this.#queue
  }

  halt(): void {
    this.#isHalted = true
  }

  take(page: ReadPage): Promise<void> {
    return this.#enqueue(() => this.#deliverPage(page))
  }

  retry(lane: HeldLane): void {
    this.#enqueue(() => this.#catchUp(lane)).catch((error) => {
      this.#parts.log.warn({ err: error, lane: lane.lane }, 'a held lane could not be tried again; it is tried later')
      const { held, clock } = this.#parts
      // With its shard it may have gone; whoever takes that reads it anew.
      if (held.get(lane.lane) === lane) held.hold({ ...lane, dueAt: new Date(clock.now() + 1_000).toISOString() })
    })
  }

  revive(letter: StoredDeadLetter): void {
    this.#enqueue(() => this.#revive(letter)).catch((error) =>
      this.#parts.log.warn(
        { err: error, deadLetter: letter.id },
        'a dead letter could not be delivered again; it is tried later',
      ),
    )
  }

  /** One transaction at a time. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#inFlight += 1
    const done = this.#queue
      .then(() => (this.#isHalted ? undefined : work()))
      .finally(() => {
        this.#inFlight -= 1
      })
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #deliverPage({ entries, through, cursors }: ReadPage): Promise<void> {
    const { progress } = this.#parts
    const end = { logId: through, index: wholeEntry }
    const open = cursors.filter((cursor) => !cursor.isLeaving && !cursor.isLost && cursor.isAhead(through, wholeEntry))
    const events = this.#eventsOf(entries, new Set(open.map(({ shard }) => shard)))
    if (events.length === 0) {
      for (const cursor of open) cursor.moveTo(end)
      progress.passed()
      return
    }
    const moved = open.map(({ shard, epoch }) => ({ shard, epoch, ...end }))
    await this.#commit(moved, (deliver) => deliver(events, false)).catch((error) => {
      if (!(error instanceof HandlerFailed) && !isAnswer(error)) throw error
      return this.#commit(moved, (deliver) => deliver(events, true))
    })
  }

  #eventsOf(entries: ShardPage['entries'], shards: ReadonlySet<number>): readonly LaneEvent[] {
    const { cursors, caller, held } = this.#parts
    return entries.flatMap(({ id, taskId, shard, firstIndex, events }) => {
      const logId = Number(id)
      const lane = laneOf(taskId, logId)
      if (!shards.has(shard) || held.has(lane)) return []
      return events
        .map((event, place) => ({ lane, shard, taskId, event, logId, index: firstIndex + place }))
        .filter(({ event, index }) => caller.hears(event.name) && cursors.get(shard)!.isAhead(logId, index))
    })
  }

  /**
   * Tries a held lane up to what was read of its shard, and frees it if all of it succeeds; of a long one a part, which is written down with
   * what it did, and the rest at once after it.
   */
  async #catchUp(lane: HeldLane): Promise<void> {
    const { cursors, store, held, caller, clock } = this.#parts
    const cursor = cursors.get(lane.shard)
    if (cursor === undefined || cursor.isLost || held.get(lane.lane) !== lane) return
    const entries = await store.readLane(lane.lane, lane, cursor.handed.logId, laneReadSize)
    const events = entries.flatMap(({ id, taskId, firstIndex, events }) =>
      events.map((event, place) => {
        return { lane: lane.lane, shard: lane.shard, taskId, event, logId: Number(id), index: firstIndex + place }
      }),
    )
    const heard = events.filter(({ event }) => caller.hears(event.name))
    await this.#commit([{ ...ownedOf(cursor), ...cursor.handled }], async (deliver, draft) => {
      if (await deliver(heard, true, lane.attempts + 1)) return
      if (entries.length < laneReadSize) draft.free(lane.lane, lane.shard)
      else {
        const next = { logId: Number(entries.at(-1)!.id) + 1, index: 0 }
        draft.hold({ ...lane, ...next, attempts: 0, dueAt: new Date(clock.now()).toISOString() })
      }
    })
  }

  async #revive(letter: StoredDeadLetter): Promise<void> {
    const { cursors, store } = this.#parts
    const cursor = cursors.get(letter.shard)
    if (cursor === undefined || cursor.isLost) return
    const own = { ...ownedOf(cursor), ...cursor.handled }
    await this.#commit([own], async (_, draft, within, transaction) => {
      // Another try of it may have been committed, and its answer lost.
      if (!(await store.lockDeadLetter(transaction, letter.id))) return
      const error = await within(letter, letter.attempts + 1)
      if (error === undefined) draft.revive(letter.id, letter.shard)
      else draft.failAgain(failedAgain(this.#parts, letter, error.cause))
    })
  }

  /**
   * One transaction: locks the shards, has events handled, and writes the progress. What it means for the lanes in memory holds when it has
   * been committed.
   */
  async #commit(
    moved: readonly (OwnedShard & LogPoint)[],
    work: (deliver: Deliver, draft: ProgressDraft, within: Within, transaction: Transaction) => Promise<unknown>,
  ): Promise<void> {
    const { store, name, cursors, held, counters, progress, settings, lose } = this.#parts
    let [kept, draft, delivered]: [ReadonlySet<number>, ProgressDraft, number] = [new Set(), new ProgressDraft(), 0]
    const points = new Map(moved.map(({ shard, logId, index }) => [shard, { logId, index }]))
    const idleLimitMs = settings.timeoutMs + idleMarginMs
    const committing = store.deliverWithin(name, moved, idleLimitMs, async (transaction, shards) => {
      kept = shards
      draft = new ProgressDraft()
      delivered = 0
      const count = () => {
        delivered += 1
      }
      const within: Within = (event, attempt) => this.#within(transaction, event, attempt, count)
      const deliver: Deliver = (events, isCareful, attempt = 1) =>
        this.#deliver(transaction, { events, isCareful, attempt, kept, draft, count })
      await work(deliver, draft, within, transaction)
      return { shards: moved.filter(({ shard }) => kept.has(shard)), ...draft.parts } satisfies DeliveryProgress
    })
    await committing.catch((error) => {
      if (!(error instanceof HandlerFailed) && !isAnswer(error)) this.#doubt(moved)
      throw error
    })
    counters.delivered(delivered)
    for (const lane of draft.parts.held) held.hold(lane)
    for (const { lane } of draft.parts.freed) held.free(lane)
    for (const [shard, point] of points) {
      const cursor = cursors.get(shard)
      if (cursor === undefined) continue
      if (!kept.has(shard)) lose(cursor)
      else if (cursor.isAhead(point.logId, point.index)) {
        cursor.moveTo(point)
        cursor.saved(cursor.handled)
      }
    }
    progress.passed()
  }

  /**
   * Nobody knows whether it was committed: an answer was lost, perhaps. What is known of these shards here is void, and they are taken again with
   * what stands in their rows.
   */
  #doubt(moved: readonly OwnedShard[]): void {
    const { cursors, lose } = this.#parts
    for (const { shard, epoch } of moved) {
      const cursor = cursors.get(shard)
      if (cursor?.epoch === epoch) lose(cursor)
    }
  }

  /** Gives whether a lane is held after it. */
  async #deliver(transaction: Transaction, run: DeliverRun): Promise<boolean> {
    const stopped = new Set<string>()
    let attempt = run.attempt
    for (const event of run.events) {
      if (!run.kept.has(event.shard) || stopped.has(event.lane)) continue
      const failed = run.isCareful
        ? await this.#within(transaction, event, attempt, run.count)
        : await this.#handle(transaction, event, attempt, run.count)
      if (failed !== undefined) {
        if (!run.isCareful) throw failed
        const failure = failureOf(this.#parts, event, failed.cause, attempt)
        if (failure.kind === 'given_up') run.draft.bury(failure.deadLetter)
        else {
          run.draft.hold(failure.held)
          stopped.add(event.lane)
        }
      }
      attempt = 1
    }
    return stopped.size > 0
  }

  /** Behind a savepoint: what a failing handler has written is taken back, and the transaction goes on. */
  async #within(transaction: Transaction, event: LaneEvent, attempt: number, count: () => void) {
    await transaction.query('savepoint tasker_delivery')
    const failed = await this.#handle(transaction, event, attempt, count, checkNow)
    await transaction.query(
      failed === undefined ? 'release savepoint tasker_delivery' : 'rollback to savepoint tasker_delivery',
    )
    return failed
  }

  async #handle(
    transaction: Transaction,
    { taskId, logId, index, event }: LaneEvent,
    attempt: number,
    count: () => void,
    beforeEnd: (transaction: Transaction) => Promise<void> = async () => {},
  ): Promise<HandlerFailed | undefined> {
    const tx = new SubscriberTransaction(transaction, this.#parts.name)
    const envelope = { ...toEnvelope(taskId, String(logId), event, index), tx }
    try {
      await this.#parts.caller.call(envelope, attempt)
      tx.close()
      await tx.settled()
      await beforeEnd(transaction)
      count()
      return undefined
    } catch (error) {
      tx.close()
      await tx.settled().catch(() => undefined)
      return new HandlerFailed('a handler failed', { cause: error })
    }
  }
}

/**
 * What would be refused at the commit only is refused now, where it is known whose it is. Only tried: constraints are as deferred as before, and
 * what their triggers have done is done at the commit.
 */
async function checkNow(transaction: Transaction): Promise<void> {
  await transaction.query('savepoint tasker_check')
  await transaction.query('set constraints all immediate')
  await transaction.query('rollback to savepoint tasker_check')
}

/**
 * Whether the server itself has answered that it will not, whatever for: then nothing was committed, and each event can be tried by itself. A
 * connection that ends, or a server that goes down, says nothing of the commit that it was asked for.
 */
function isAnswer(error: unknown): boolean {
  const answer = isTaskerError(error) ? error.cause : error
  const { code, severity } = (answer ?? {}) as { readonly code?: unknown; readonly severity?: unknown }
  return typeof severity === 'string' && typeof code === 'string' && !/^(08(?!P01)|57P|25P0[34])/.test(code)
}

type Deliver = (events: readonly LaneEvent[], isCareful: boolean, attempt?: number) => Promise<boolean>
type Within = (event: LaneEvent, attempt: number) => Promise<HandlerFailed | undefined>

interface DeliverRun {
  readonly events: readonly LaneEvent[]
  /** With a savepoint before each. */
  readonly isCareful: boolean
  /** Of the first event; the others are tried for the first time. */
  readonly attempt: number
  readonly kept: ReadonlySet<number>
  readonly draft: ProgressDraft
  count(): void
}

function ownedOf({ shard, epoch }: ShardCursor): OwnedShard {
  return { shard, epoch }
}
