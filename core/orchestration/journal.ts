import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { Store, TaskWrite, WriteOutcome } from '../contracts/store.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { CommitFacts } from './task-draft.js'

/** Somebody with changes to commit: a task run, or a creation. */
export interface JournalParticipant {
  /** Puts together all that has come up since the last call; undefined if there is nothing. */
  prepare(): TaskWrite | undefined
  committed(logId: string | undefined, commit: CommitFacts): void
  /** Its epoch has moved on: nothing of it was written. */
  lost(currentEpoch: number): void
  /** The database refused its data: nothing of it was written. */
  refused(error: Error): void
}

/** Most writes in one transaction: beyond it the wait for the commit grows faster than what sharing it saves. */
const maxBatchSize = 500
const firstRetryDelayMs = 100
const maxRetryDelayMs = 5_000

/**
 * The group commit: what is waiting when one commit returns goes together in the next. A commit is the only real cost of
 * running steps, so one serves as many tasks as have something to write.
 */
export class Journal {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Logger
  readonly #waiting = new Set<JournalParticipant>()
  #isRunning = false
  #isUnavailable = false
  #idle: { promise: Promise<void>; resolve: () => void } | undefined

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /** False while the database does not answer. */
  get isHealthy(): boolean {
    return !this.#isUnavailable
  }

  /** Whether nothing is waiting and no commit is under way. */
  get isIdle(): boolean {
    return !this.#isRunning
  }

  /** Tells that a participant has something to commit. */
  enqueue(participant: JournalParticipant): void {
    this.#waiting.add(participant)
    if (this.#isRunning) return
    this.#isRunning = true
    // What comes up in the same turn of the event loop shares the commit.
    setImmediate(() => void this.#run())
  }

  /** Resolves when nothing is waiting and no commit is under way. */
  async drained(): Promise<void> {
    if (!this.#isRunning) return
    this.#idle ??= Promise.withResolvers<void>()
    await this.#idle.promise
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) await this.#commitBatch()
    this.#isRunning = false
    this.#idle?.resolve()
    this.#idle = undefined
  }

  async #commitBatch(): Promise<void> {
    const participants: JournalParticipant[] = []
    const writes: TaskWrite[] = []
    for (const participant of this.#waiting) {
      if (writes.length >= maxBatchSize) break
      this.#waiting.delete(participant)
      const write = this.#guard(participant, () => participant.prepare())
      if (!write) continue
      participants.push(participant)
      writes.push(write)
    }
    if (writes.length === 0) return
    const startedAt = this.#clock.monotonic()
    const outcomes = await this.#commit(writes)
    const commit = { durationMs: Math.max(0, this.#clock.monotonic() - startedAt) }
    participants.forEach((participant, index) => {
      this.#guard(participant, () => settle(participant, outcomes[index]!, commit))
    })
  }

  /** Commits, and while the database does not answer waits and tries again: what is to be written is not lost. */
  async #commit(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    for (let delayMs = firstRetryDelayMs; ; delayMs = Math.min(delayMs * 2, maxRetryDelayMs)) {
      try {
        const outcomes = await this.#store.commit(writes)
        this.#isUnavailable = false
        return outcomes
      } catch (error) {
        if (!isTaskerError(error) || error.code !== 'DATABASE_UNAVAILABLE') return writes.map(() => refusalBy(error))
        this.#isUnavailable = true
        this.#log.error(
          { err: error, writes: writes.length, retryInMs: delayMs },
          'a commit failed and will be retried',
        )
        // Real time also under a virtual clock: it is the database that is waited for.
        await setTimeout(delayMs)
      }
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
    case 'refused':
      participant.refused(outcome.error)
      break
  }
}
