import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { Store, TaskWrite, WriteOutcome } from '../contracts/store.js'
import { BatchLimit } from './batch-limit.js'
import type { DatabaseRetry } from './database-retry.js'
import type { CommitFacts } from './task-draft.js'
import { type WakeUps, WakeUpsRefused } from './wake-ups.js'

/** Somebody with changes to commit: a task run, or a creation. */
export interface JournalParticipant {
  /** Puts together all that has come up since the last call; undefined if there is nothing. */
  prepare(): TaskWrite | undefined
  committed(logId: string | undefined, commit: CommitFacts): void
  /** Its epoch has moved on: nothing of it was written. */
  lost(currentEpoch: number): void
  /** Another task has the identity of its new one: nothing of it was written. */
  duplicate?(taskId: string): void
  /** The database refused its data: nothing of it was written. */
  refused(error: Error): void
}

/**
 * Commits under way at once: while the database works on one, this process prepares the other. A third would only make both
 * smaller.
 */
const lanes = 2
/** From so many on, what waits is shared out between the lanes: fewer are sooner committed together. */
const worthSharing = 32
/** A commit takes milliseconds; one without an answer for so long is taken for a network that swallows it, before it is given up. */
const stalledAfterMs = 5_000
/** How the health report calls what waits here. */
const commits = 'commits'

/**
 * The group commit: what is waiting when a commit returns goes together in the next. A commit is the only real cost of
 * running steps, so one serves as many tasks as have something to write.
 *
 * Two commits may be under way, of different participants: a participant is prepared again only when its last write has returned.
 */
export class Journal {
  readonly #store: Store
  readonly #wakeUps: WakeUps
  readonly #retry: DatabaseRetry
  readonly #clock: Clock
  readonly #log: Logger
  readonly #waiting = new Set<JournalParticipant>()
  readonly #inFlight = new Set<JournalParticipant>()
  /** In flight, with something new to write. */
  readonly #again = new Set<JournalParticipant>()
  readonly #limit = new BatchLimit()
  /** When each of the commits under way began, the oldest first. */
  readonly #begun = new Set<{ readonly at: number }>()
  #lanes = 0
  #isScheduled = false
  #idle: { promise: Promise<void>; resolve: () => void } | undefined

  constructor(store: Store, wakeUps: WakeUps, retry: DatabaseRetry, clock: Clock, log: Logger) {
    this.#store = store
    this.#wakeUps = wakeUps
    this.#retry = retry
    this.#clock = clock
    this.#log = log
  }

  /** False while commits fail because the database is away, or the one under way has had no answer for 5 s. */
  get isHealthy(): boolean {
    return !this.#retry.isWaitingFor(commits) && this.commitAgeMs < stalledAfterMs
  }

  /** How long the oldest commit under way has been, in milliseconds of real time, its retries included; 0 if there is none. */
  get commitAgeMs(): number {
    const [oldest] = this.#begun
    return oldest === undefined ? 0 : performance.now() - oldest.at
  }

  /** How many have something to commit, besides the commits that are under way. */
  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Whether nothing is waiting and no commit is under way. */
  get isIdle(): boolean {
    return this.#lanes === 0 && this.#waiting.size === 0
  }

  /** Tells that a participant has something to commit. */
  enqueue(participant: JournalParticipant): void {
    if (this.#inFlight.has(participant)) {
      this.#again.add(participant)
      return
    }
    this.#waiting.add(participant)
    this.#schedule()
  }

  /** Resolves when nothing is waiting and no commit is under way. */
  async drained(): Promise<void> {
    if (this.isIdle) return
    this.#idle ??= Promise.withResolvers<void>()
    await this.#idle.promise
  }

  /** What comes up in the same turn of the event loop shares the commit. */
  #schedule(): void {
    if (this.#isScheduled || this.#lanes >= lanes) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#isWorthALane()) void this.#commitBatch()
    })
  }

  /** A second commit beside one that is under way pays only if it is not much smaller. */
  #isWorthALane(): boolean {
    if (this.#waiting.size === 0 || this.#lanes >= lanes) return false
    return this.#lanes === 0 || this.#waiting.size * 2 >= this.#inFlight.size
  }

  async #commitBatch(): Promise<void> {
    this.#lanes += 1
    const { participants, writes } = this.#takeBatch()
    if (writes.length > 0) {
      if (this.#waiting.size > 0) this.#schedule()
      const startedAt = this.#clock.monotonic()
      const { outcomes, wakeUpFailure } = await this.#commit(writes)
      const durationMs = Math.max(0, this.#clock.monotonic() - startedAt)
      this.#limit.learn(writes.length, durationMs)
      this.#settle(participants, outcomes, { durationMs, wakeUpFailure })
    }
    this.#lanes -= 1
    if (this.#waiting.size > 0) this.#schedule()
    if (!this.isIdle) return
    this.#idle?.resolve()
    this.#idle = undefined
  }

  #takeBatch(): { readonly participants: readonly JournalParticipant[]; readonly writes: readonly TaskWrite[] } {
    const participants: JournalParticipant[] = []
    const writes: TaskWrite[] = []
    const most = this.#batchSize()
    for (const participant of this.#waiting) {
      if (writes.length >= most) break
      this.#waiting.delete(participant)
      const write = this.#guard(participant, () => participant.prepare())
      if (!write) continue
      this.#inFlight.add(participant)
      participants.push(participant)
      writes.push(write)
    }
    return { participants, writes }
  }

  /** Tasks that were claimed together would go on in step: all in one commit, with nothing to prepare while the database works. */
  #batchSize(): number {
    const { size } = this.#waiting
    const share = this.#lanes === 1 && size >= worthSharing ? Math.ceil(size / lanes) : size
    return Math.min(share, this.#limit.value)
  }

  #settle(participants: readonly JournalParticipant[], outcomes: readonly WriteOutcome[], commit: CommitFacts): void {
    for (const [index, participant] of participants.entries()) {
      this.#inFlight.delete(participant)
      if (this.#again.delete(participant)) this.#waiting.add(participant)
      this.#guard(participant, () => settle(participant, outcomes[index]!, commit))
    }
  }

  /** Commits, and while the database is away waits and tries again: what is to be written is not lost. */
  async #commit(writes: readonly TaskWrite[]): Promise<Committed> {
    const begun = { at: performance.now() }
    this.#begun.add(begun)
    try {
      const alongside = this.#wakeUps.within(writes)
      return { outcomes: await this.#retry.until(commits, () => this.#store.commit(writes, alongside)) }
    } catch (error) {
      if (error instanceof WakeUpsRefused) return await this.#commitWithout(error, writes)
      return { outcomes: writes.map(() => refusalBy(error)) }
    } finally {
      this.#begun.delete(begun)
    }
  }

  /** A queue that fails must not keep the work from being stored: its tasks are found by their due time. */
  async #commitWithout({ cause }: WakeUpsRefused, writes: readonly TaskWrite[]): Promise<Committed> {
    try {
      const outcomes = await this.#retry.until(commits, () => this.#store.commit(writes))
      return { outcomes, wakeUpFailure: cause }
    } catch (error) {
      return { outcomes: writes.map(() => refusalBy(error)) }
    }
  }

  /** A defect in one participant must not stop the commits of the others. */
  #guard<T>(participant: JournalParticipant, action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      this.#log.error({ err: error }, 'a participant of the journal failed')
      participant.refused(error instanceof Error ? error : new Error(String(error)))
      return undefined
    }
  }
}

interface Committed {
  readonly outcomes: readonly WriteOutcome[]
  readonly wakeUpFailure?: unknown
}

function refusalBy(error: unknown): WriteOutcome {
  return { status: 'refused', error: error instanceof Error ? error : new Error(String(error)) }
}

function settle(participant: JournalParticipant, outcome: WriteOutcome, commit: CommitFacts): void {
  switch (outcome.status) {
    case 'committed':
      participant.committed(outcome.logId, commit)
      break
    case 'lost':
      participant.lost(outcome.currentEpoch)
      break
    case 'duplicate':
      participant.duplicate?.(outcome.taskId)
      break
    case 'refused':
      participant.refused(outcome.error)
      break
  }
}
