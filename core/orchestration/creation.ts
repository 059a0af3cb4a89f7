import type { TaskWrite, WrittenIdentity } from '../contracts/store.js'
import { OwnershipLostError } from '../errors/task-errors.js'
import type { FoldState } from '../workflow/fold.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'
import type { JournalParticipant } from './journal.js'
import type { CommitFacts } from './task-draft.js'
import type { TaskRunner } from './task-runner.js'
import type { Worker } from './worker.js'

/** What a creation's commit gave. */
export interface CommittedCreation {
  readonly task: TaskRecord
  readonly logId: string
  readonly commit: CommitFacts
  /** The run that begins in the same commit, or right after it, if there was a place for it. */
  readonly runner: TaskRunner | undefined
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
  #runner: TaskRunner | undefined
  #state: 'waiting' | 'under_way' | 'withdrawn' = 'waiting'

  /** @param worker owns the task from the start and begins it in the creating commit, without the queue, if it has room by then */
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

  /** Resolves when the task is committed, or another one is found in its place; fails if it is refused or taken back. */
  get done(): Promise<CommittedCreation | RepeatedCreation> {
    return this.#done.promise
  }

  /** Takes it back, so that it fails with the reason; false if it is too late, because its commit is under way or done. */
  withdraw(reason: unknown): boolean {
    if (this.#state === 'waiting') this.#state = 'withdrawn'
    const isWithdrawn = this.#state === 'withdrawn'
    if (isWithdrawn) this.#done.reject(reason)
    return isWithdrawn
  }

  prepare(): TaskWrite | undefined {
    if (this.#state === 'withdrawn') return undefined
    this.#state = 'under_way'
    const write = this.#begun() ?? this.#alone()
    return this.#identity === undefined ? write : { ...write, identity: this.#identity }
  }

  /** With the first write of its run: a commit for the beginning of what is its owner's already would tell nobody anything new. */
  #begun(): TaskWrite | undefined {
    const worker = this.#worker
    if (!worker?.findPlace(this.taskId)) return undefined
    this.#task = { ...this.#task, ownerId: worker.id, epoch: 1 }
    // A database may be away for longer than a task has time: that is not to begin before there is the task.
    const isTimed = this.#task.timeoutMs !== null
    const claimed = {
      // As before its first entry, which is the one that the run writes to as well.
      task: isTimed ? this.#task : { ...this.#task, logEntry: 0 },
      steps: this.#steps,
      results: this.#results ?? new Map(),
      previousOwnerId: null,
      queueWaitMs: 0,
    }
    this.#runner = worker.beginCreated(claimed, this.#events.length)
    if (isTimed) return undefined
    const write = this.#runner.prepareCreation()
    return { ...write, events: [...this.#events, ...write.events] }
  }

  #alone(): TaskWrite {
    return {
      task: this.#task,
      isNew: true,
      newSteps: this.#steps,
      changedSteps: [],
      events: this.#events,
      answers: [],
      ...this.#wakeUp(),
    }
  }

  #wakeUp(): Pick<TaskWrite, 'wakeAt'> {
    const { ownerId, dueAt, parked } = this.#task
    return ownerId === null && dueAt !== null && parked === null ? { wakeAt: dueAt } : {}
  }

  committed(logId: string | undefined, commit: CommitFacts): void {
    this.#done.resolve({ task: this.#task, logId: logId!, commit, runner: this.#runner })
  }

  duplicate(taskId: string): void {
    this.#runner?.notCreated()
    this.#done.resolve({ duplicateOf: taskId })
  }

  lost(currentEpoch: number): void {
    this.#fail(new OwnershipLostError(this.#task.id, this.#task.epoch, currentEpoch))
  }

  refused(error: Error): void {
    this.#fail(error)
  }

  #fail(error: Error): void {
    this.#runner?.notCreated()
    this.#done.reject(error)
  }
}
