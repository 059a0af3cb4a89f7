import type { ClaimedTask, TaskWrite, WrittenIdentity } from '../contracts/store.js'
import { OwnershipLostError } from '../errors/task-errors.js'
import type { FoldState } from '../workflow/fold.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'
import type { JournalParticipant } from './journal.js'
import type { CommitFacts } from './task-draft.js'
import type { Worker } from './worker.js'

/** What a creation's commit gave. */
export interface CommittedCreation {
  readonly task: TaskRecord
  readonly logId: string
  readonly commit: CommitFacts
}

/** Another task has the identity of the new one. */
export interface RepeatedCreation {
  readonly duplicateOf: string
}

/** What few creations have. */
export interface CreationExtras {
  readonly identity: WrittenIdentity | undefined
  /** Of the steps that it need not run, by name. */
  readonly results: ReadonlyMap<string, unknown> | undefined
}

/** One new task in the journal. */
export class Creation implements JournalParticipant {
  readonly #events: readonly LogEvent[]
  readonly #steps: readonly StepRecord[]
  readonly #worker: Worker | undefined
  readonly #identity: WrittenIdentity | undefined
  readonly #results: ReadonlyMap<string, unknown> | undefined
  readonly #done = Promise.withResolvers<CommittedCreation | RepeatedCreation>()
  #task: TaskRecord
  #state: 'waiting' | 'under_way' | 'withdrawn' = 'waiting'

  /** @param worker claims the task in the creating commit, without the queue, if it has room by then */
  constructor(
    state: FoldState,
    events: readonly LogEvent[],
    worker: Worker | undefined,
    { identity, results }: CreationExtras,
  ) {
    this.#task = { ...state.task!, logEntry: 1 }
    this.#steps = [...state.steps.values()]
    this.#events = events
    this.#worker = worker
    this.#identity = identity
    this.#results = results
  }

  get taskId(): string {
    return this.#task.id
  }

  /** Resolves when the task is committed, or another one is found in its place. */
  get done(): Promise<CommittedCreation | RepeatedCreation> {
    return this.#done.promise
  }

  /** The task as its new owner receives it. */
  claimed(): ClaimedTask {
    return {
      task: this.#task,
      steps: this.#steps,
      results: this.#results ?? new Map(),
      previousOwnerId: null,
      queueWaitMs: 0,
    }
  }

  /** Takes it back; false if it is too late, because its commit is under way or done. */
  withdraw(): boolean {
    if (this.#state === 'waiting') this.#state = 'withdrawn'
    return this.#state === 'withdrawn'
  }

  prepare(): TaskWrite | undefined {
    if (this.#state === 'withdrawn') return undefined
    this.#state = 'under_way'
    if (this.#worker?.tryReserve()) this.#task = { ...this.#task, ownerId: this.#worker.id, epoch: 1 }
    return {
      task: this.#task,
      isNew: true,
      newSteps: this.#steps,
      changedSteps: [],
      events: this.#events,
      answers: [],
      ...(this.#identity === undefined ? {} : { identity: this.#identity }),
      ...this.#wakeUp(),
    }
  }

  #wakeUp(): Pick<TaskWrite, 'wakeAt'> {
    const { ownerId, dueAt, parked } = this.#task
    return ownerId === null && dueAt !== null && parked === null ? { wakeAt: dueAt } : {}
  }

  committed(logId: string | undefined, commit: CommitFacts): void {
    this.#done.resolve({ task: this.#task, logId: logId!, commit })
  }

  duplicate(taskId: string): void {
    if (this.#task.ownerId !== null) this.#worker?.unreserve()
    this.#done.resolve({ duplicateOf: taskId })
  }

  lost(currentEpoch: number): void {
    this.#fail(new OwnershipLostError(this.#task.id, this.#task.epoch, currentEpoch))
  }

  refused(error: Error): void {
    this.#fail(error)
  }

  #fail(error: Error): void {
    if (this.#task.ownerId !== null) this.#worker?.unreserve()
    this.#done.reject(error)
  }
}
