import type { ClaimedTask, TaskWrite } from '../contracts/store.js'
import type { Command } from '../contracts/task-request.js'
import { DrainedError, OwnershipLostError } from '../errors/task-errors.js'
import { isFinal } from '../workflow/state-machines.js'
import type { TaskRecord, TaskView } from '../workflow/task-record.js'
import { AttemptFactory } from './attempt-factory.js'
import { ChildSteps } from './child-steps.js'
import { isDatabaseAway } from './database-watch.js'
import { toErrorRecord } from './error-record.js'
import { Inbox, type InboxItem } from './inbox.js'
import type { JournalParticipant } from './journal.js'
import { OwnedTask } from './owned-task.js'
import { askForEpoch, isWithinLease } from './ownership-question.js'
import { admitSteps, settleBypassedSteps } from './phases/admit-steps.js'
import { resumeFanOuts, settleFanOuts } from './phases/fan-out-steps.js'
import { announceRunEnd, finalizeRun } from './phases/finalize-run.js'
import { publishSearch } from './phases/publish-search.js'
import { expireChildren, tellParent } from './phases/settle-child.js'
import { recoverFromLostOwner, startRun } from './phases/start-run.js'
import { takeItem } from './phases/take-item.js'
import { timeOutTask } from './phases/time-out-task.js'
import { blame } from './refused-write.js'
import { beginRun, isPaused, type Run } from './run.js'
import { RunTimers } from './run-timers.js'
import type { RunnerServices } from './runner-services.js'
import type { AttemptOutcome, StepAttempt } from './step-attempt.js'
import { type GatedRun, StepGates } from './step-gates.js'
import { type CommitFacts, TaskDraft } from './task-draft.js'
import { viewOf } from './view-of.js'

/** Writes of one task that may be refused in a row before it is given up for a while. */
const maxRefusals = 20

export interface RunnerOptions {
  /** It only applies a command and releases the task again. */
  readonly commandOnly?: boolean
  /** This process does not work: what the command sets back is for other workers, who have to be woken. */
  readonly leftToOthers?: boolean
  /** Its namespace or type is paused. */
  readonly isHeld?: boolean
  /** The commit that creates the task is the first of this run, and has so many events before those of the run. */
  readonly eventsBefore?: number
}

/**
 * The owner of one task: holds it in memory from claim to release, runs its ready steps, and commits through the journal.
 *
 * Whatever comes up (ended attempts, commands) goes to the inbox; `prepare` applies it all, admits what became ready and
 * decides the end, in one write; `committed` tells the world and starts the handlers.
 */
export class TaskRunner implements JournalParticipant {
  readonly #services: RunnerServices
  readonly #run: Run
  readonly #inbox = new Inbox()
  /** Handlers that have not settled, those of ended attempts included: each takes a place. */
  readonly #live = new Set<StepAttempt>()
  readonly #gates: StepGates
  readonly #timers: RunTimers
  readonly #children: ChildSteps
  readonly #onReleased: (runner: TaskRunner) => void
  /** It only applies a command and releases the task again. */
  readonly isCommandOnly: boolean
  readonly #isLeftToOthers: boolean
  /** Id of the event that admitted the running attempt of a step: what the attempt does is caused by it. */
  readonly #admissions = new Map<string, string>()
  /** When a step became ready, in milliseconds, until it is admitted. */
  readonly #readySince = new Map<string, number>()
  /** Commands handed over so far: one that is offered again before its answer is committed is not applied twice. */
  readonly #delivered = new Set<string>()
  #owned: OwnedTask
  #attempts: AttemptFactory
  #previousOwnerId: string | null
  readonly #wasAbandoned: boolean
  #hasStarted = false
  #hasRecovered = false
  #isReleased = false
  #isReloading = false
  #isCommitting = false
  /** Of the entry of the log that creates its task, while that is being committed with the first write of this run. */
  #eventsBefore: number | undefined
  /** Something has come up while its task was being created. */
  #isAwaited = false
  /** When the write was put together that is being committed, in milliseconds of `performance.now()`. */
  #preparedAt = 0
  #hasReopened = false
  #refusals = 0
  #draft: TaskDraft | undefined
  #interrupted: string[] = []
  #admitted: readonly string[] = []
  /** Steps of a lost owner whose children are begun again. */
  #recalled: readonly string[] = []

  constructor(
    services: RunnerServices,
    claimed: ClaimedTask,
    onReleased: (runner: TaskRunner) => void,
    options: RunnerOptions = {},
  ) {
    this.#services = services
    this.#run = beginRun(services, claimed)
    this.#run.isHeld = options.isHeld ?? false
    this.#owned = this.#toOwned(claimed)
    this.#attempts = new AttemptFactory(services, this.#owned)
    this.#previousOwnerId = claimed.previousOwnerId
    this.#wasAbandoned = claimed.previousOwnerId !== null
    this.#onReleased = onReleased
    this.isCommandOnly = options.commandOnly ?? false
    this.#isLeftToOthers = options.leftToOthers ?? false
    this.#eventsBefore = options.eventsBefore
    this.#children = new ChildSteps(services, (item) => this.#post(item))
    this.#timers = new RunTimers(services.clock, () => services.journal.enqueue(this))
    this.#gates = new StepGates(services, this.#gatedRun())
  }

  /** Whether a command has set the task back from `error` to run again. */
  get hasReopened(): boolean {
    return this.#hasReopened
  }

  /**
   * Whether others of its concurrency key may have found no room because of it, or have not found it itself. A command is applied without
   * the key, but a lost owner may have had it, and whoever looks meanwhile for those that wait finds this one taken.
   */
  get mayHaveKeptKey(): boolean {
    return !this.isCommandOnly || this.#wasAbandoned || this.task.parked === 'limit'
  }

  /** The task as of the latest commit, while nothing newer is being committed. */
  get view(): TaskView {
    return viewOf(this.#owned)
  }

  /** The task as of the latest draft. */
  get task(): TaskRecord {
    return this.#owned.task
  }

  get taskId(): string {
    return this.#owned.id
  }

  /** Begins the run with the next commit. */
  begin(): void {
    this.#services.journal.enqueue(this)
  }

  /** Hands over a command: applied in the next commit, in order with the run's own writes. */
  deliver(command: Command): void {
    if (this.#isReleased || this.#delivered.has(command.id)) return
    this.#delivered.add(command.id)
    if (command.kind === 'child.ended') this.#children.look(command)
    else this.#post({ kind: 'command', command })
  }

  /** Admits no more steps, and releases the task when those that run have ended. */
  drain(): void {
    this.#run.isDraining = true
    this.#services.journal.enqueue(this)
  }

  /** Its namespace or type has been paused, or is no more. */
  hold(isHeld: boolean): void {
    if (this.#run.isHeld === isHeld) return
    this.#run.isHeld = isHeld
    this.#services.journal.enqueue(this)
  }

  /** Ends the attempts that still run: their signals fire, and after the grace they end with DRAINED. */
  abandon(graceMs: number): void {
    for (const attempt of this.#live) attempt.abortWith(new DrainedError(`step ${attempt.stepName}`), graceMs)
  }

  /** Another worker may have taken over while this one was deaf: a run that is not just committing need not wait for its next write. */
  noteEpoch(currentEpoch: number | undefined): void {
    if (currentEpoch === undefined || currentEpoch <= this.#run.epoch) return
    if (!this.#isReleased && !this.#isReloading && !this.#isCommitting) this.lost(currentEpoch)
  }

  /** Its first write, as part of the one that creates its task: with all steps, and the events of the run alone. */
  prepareCreation(): TaskWrite {
    this.#preparedAt = performance.now()
    this.#isCommitting = true
    return { ...this.#prepare()!, isNew: true, newSteps: [...this.#owned.steps], changedSteps: [] }
  }

  /** Its task has been created; where its first write was part of that, it has begun. */
  created(logId: string, commit: CommitFacts): void {
    this.#eventsBefore = undefined
    if (this.#isCommitting) this.committed(logId, commit)
    // It is to begin now, or those have not been asked yet who may keep what is ready from it.
    const isAwaited = this.#isAwaited || !this.#hasStarted || this.#owned.ready.size > 0
    if (isAwaited && !this.#isReleased) this.#services.journal.enqueue(this)
  }

  /** Its task has not been created. */
  notCreated(): void {
    this.#release()
  }

  prepare(): TaskWrite | undefined {
    if (this.#isBeingCreated) {
      this.#isAwaited = true
      return undefined
    }
    this.#preparedAt = performance.now()
    const write = this.#prepare()
    this.#isCommitting = write !== undefined
    return write
  }

  #prepare(): TaskWrite | undefined {
    if (this.#isReleased || this.#isReloading) return undefined
    const { publisher, clock } = this.#services
    const draft = new TaskDraft(this.#owned, publisher, clock, this.#eventsBefore)
    this.#draft = draft
    this.#admitted = []
    if (this.#recover(draft)) return draft.toWrite()
    this.#start(draft)
    for (const item of this.#inbox.take()) {
      this.#interrupted.push(...takeItem(draft, this.#run, item, this.#admissions))
    }
    if (this.isCommandOnly || isFinal(this.#owned.task.state)) this.#finishEarly(draft)
    else this.#advance(draft)
    tellParent(draft)
    return draft.toWrite()
  }

  committed(logId: string | undefined, commit: CommitFacts): void {
    const draft = this.#draft!
    this.#isCommitting = false
    this.#refusals = 0
    this.#rememberAdmissions(draft)
    this.#hasReopened ||= reopens(draft)
    draft.committed(logId, commit)
    if (draft.commands.length > 0) this.#services.children.forward(draft.commands)
    for (const stepName of this.#interrupted.splice(0)) this.#interrupt(stepName, 'the step was ended from outside')
    this.#startAdmitted(this.#recalled.length > 0 ? [...this.#recalled, ...this.#admitted] : this.#admitted, draft.now)
    this.#recalled = []
    if (draft.isReleasing) this.#release()
    else this.#timers.arm(this.#owned)
    if (!this.#isReleased && (!this.#hasStarted || !this.#inbox.isEmpty)) this.#services.journal.enqueue(this)
  }

  lost(currentEpoch: number): void {
    this.#isCommitting = false
    const error = new OwnershipLostError(this.taskId, this.#run.epoch, currentEpoch)
    this.#services.log.warn({ taskId: this.taskId, code: error.code }, error.message)
    const draft = new TaskDraft(this.#owned, this.#services.publisher, this.#services.clock)
    for (const attempt of this.#live) {
      const step = draft.step(attempt.stepName)
      const described = toErrorRecord(error)
      draft.publishFor(step, 'workflow.step_execution_failed', () => ({ ...draft.aboutStep(step), error: described }))
      attempt.interrupt('ownership was lost')
    }
    announceRunEnd(draft, this.#run, 'lost')
    draft.committed(undefined, { durationMs: 0 })
    this.#release()
  }

  /**
   * A refused write leaves memory ahead of the rows: the task is read again, and what was in the write goes once more, one by
   * one. What is refused alone is to blame: an attempt with it fails for good, a command with it is answered so.
   */
  refused(error: Error): void {
    this.#isCommitting = false
    this.#refusals += 1
    const { log } = this.#services
    if (isDatabaseAway(error)) {
      // The worker has stopped waiting for it. What the task owns is left for others to find.
      this.#giveUp()
      return
    }
    log.error({ err: error, taskId: this.taskId }, 'a write was refused; what was in it is tried one by one')
    this.#interrupted = []
    this.#gates.notAdmitted(this.#admitted)
    const culprit = this.#inbox.returnTaken()
    if (culprit) this.#inbox.push(blame(culprit, error))
    this.#isReloading = true
    this.#reload(culprit === undefined && this.#refusals >= maxRefusals).catch((cause) => {
      log.error({ err: cause, taskId: this.taskId }, 'a task could not be read again; it is given up')
      this.#giveUp()
    })
  }

  async #reload(isHopeless: boolean): Promise<void> {
    const { store, journal, databaseRetry: retry } = this.#services
    const reload = () => store.reload(this.taskId, this.#run.epoch)
    const claimed = isHopeless ? undefined : await retry.until('reading tasks again', reload)
    this.#isReloading = false
    if (!claimed) {
      if (isHopeless) await retry.until('giving tasks up', () => store.release(this.taskId, this.#run.epoch))
      this.#giveUp()
      return
    }
    this.#owned = this.#toOwned(claimed)
    this.#attempts = new AttemptFactory(this.#services, this.#owned)
    this.#hasStarted = claimed.task.state === 'in_progress' && this.#previousOwnerId === null
    this.#hasRecovered = false
    journal.enqueue(this)
  }

  /** What was claimed to be parked is not run, even where there is the code: the worker may be pinned to other namespaces. */
  #toOwned(claimed: ClaimedTask): OwnedTask {
    const { findDefinition } = this.#services
    return new OwnedTask(claimed, this.#run.unserved === undefined ? findDefinition(claimed.task) : undefined)
  }

  #giveUp(): void {
    for (const attempt of this.#live) attempt.interrupt('its task was given up')
    this.#release()
  }

  #post(item: InboxItem): void {
    this.#inbox.push(item)
    if (this.#isReleased) this.#passOn()
    else this.#services.journal.enqueue(this)
  }

  /** What has come too late for this run: nobody asks for the end of a child again, as those who give commands do. */
  #passOn(): void {
    while (!this.#inbox.isEmpty) {
      const late = this.#inbox.take().filter((item) => item.kind === 'child_ended')
      this.#services.children.forward(late.map(({ command }) => command))
    }
  }

  /**
   * Ends what the previous owner left, if there was one. True if that is a commit of its own, which it is where a run follows: one that
   * can only wait sets the task back again, and the log says each of the two in an entry of its own.
   */
  #recover(draft: TaskDraft): boolean {
    if (this.#hasStarted || this.#hasRecovered) return false
    this.#hasRecovered = true
    const { task, running } = this.#owned
    // Nobody releases a task that is in progress or has steps that are: whoever had it is gone, known or not.
    const isAbandoned = this.#previousOwnerId !== null || task.state === 'in_progress' || running.size > 0
    if (!isAbandoned) return false
    const previousOwnerId = this.#previousOwnerId ?? 'unknown'
    const isRunning = !this.isCommandOnly
    this.#recalled = recoverFromLostOwner(draft, this.#run, { previousOwnerId, isRunning })
    return isRunning && draft.events.length > 0
  }

  #start(draft: TaskDraft): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const { task } = this.#owned
    if (this.isCommandOnly) return
    const startedAt = performance.now()
    startRun(draft, this.#run)
    this.#owned.promoteDue(draft.now)
    publishSearch(draft, (performance.now() - startedAt) * 1000, task.stepCount, [...this.#owned.ready])
  }

  /** Admits what is ready, or decides the end if nothing runs and nothing can. */
  #advance(draft: TaskDraft): void {
    const { ready, running, definition } = this.#owned
    if (definition) {
      this.#interrupted.push(...timeOutTask(draft, this.#run))
      this.#owned.promoteDue(draft.now)
      expireChildren(draft, this.#run)
      resumeFanOuts(draft, this.#run)
      settleFanOuts(draft, this.#run)
      settleBypassedSteps(draft)
      for (const name of ready) if (!this.#readySince.has(name)) this.#readySince.set(name, draft.now)
      if (!this.#run.isDraining && !this.#isBeingCreated) this.#gates.ask(ready)
      const limits = { occupied: this.#live.size, isCleared: (name: string) => this.#isCleared(name) }
      this.#admitted = admitSteps(draft, this.#run, limits)
      this.#gates.admitted(this.#admitted)
      this.#run.limitedUntil = this.#gates.parkUntil()
    }
    const isEnding = this.#run.isDraining || this.#run.isTimedOut || isPaused(this.#owned.task, this.#run)
    const isLimited = this.#run.limitedUntil !== undefined
    const isStalled = !definition || ready.size === 0 || isLimited || isEnding
    if (isStalled && running.size === 0) finalizeRun(draft, this.#run)
  }

  /** Hooks and systems are asked for the steps of tasks that there are: one that is being created may be a duplicate. */
  #isCleared(stepName: string): boolean {
    const { limits } = this.#services
    if (this.#isBeingCreated && limits.gateOf(this.#owned.step(stepName)!.dependentSystem) !== undefined) return false
    return this.#gates.letsPass(stepName)
  }

  get #isBeingCreated(): boolean {
    return this.#eventsBefore !== undefined
  }

  #gatedRun(): GatedRun {
    const owned = () => this.#owned
    return {
      get owned() {
        return owned()
      },
      rehearse: (stepName) => this.#attempts.rehearse(stepName),
      wake: () => this.#services.journal.enqueue(this),
      refuse: (stepName, error) => this.#post({ kind: 'refused_by_hook', stepName, error }),
    }
  }

  /** A command ended the task, or this run serves a command only: release without a finalisation. */
  #finishEarly(draft: TaskDraft): void {
    draft.release()
    if (!this.isCommandOnly) announceRunEnd(draft, this.#run, 'cancelled')
    else if (this.#isLeftToOthers && reopens(draft)) {
      const { wakeUps } = this.#services
      draft.after(({ wakeUpFailure }) => {
        void wakeUps.enqueue(this.#owned.task, draft.now, draft.subject(), wakeUpFailure)
      })
    }
  }

  #rememberAdmissions(draft: TaskDraft): void {
    this.#previousOwnerId = null
    for (const event of draft.events) {
      if (event.name !== 'step.execution_requested') continue
      this.#admissions.set((event.payload as { readonly stepName: string }).stepName, event.id)
    }
  }

  /**
   * Calls the handlers of what has just been admitted. Where the answer of the commit was so long in coming that the lease may have
   * run out meanwhile (a stopped process, a stalled network), another worker may have run these very steps to their end by now:
   * then it is asked first whether the task is still ours.
   */
  #startAdmitted(stepNames: readonly string[], admittedAt: number): void {
    const start = () => {
      for (const stepName of stepNames) {
        if (this.#owned.running.has(stepName)) this.#startAttempt(stepName, admittedAt)
        else this.#gates.takePermit(stepName)?.giveBack()
      }
    }
    if (stepNames.length === 0) return
    if (isWithinLease(this.#preparedAt, this.#services.settings.leaseMs)) start()
    else this.#startIfStillOurs(start)
  }

  #startIfStillOurs(start: () => void): void {
    askForEpoch(this.#services, this.taskId, this.#run.epoch).then(
      (epoch) => {
        if (this.#isReleased) return
        if (epoch === this.#run.epoch) start()
        else this.noteEpoch(epoch)
      },
      (error) => {
        const { log } = this.#services
        log.error({ err: error, taskId: this.taskId }, 'it cannot be told who owns a task; it is given up')
        this.#giveUp()
      },
    )
  }

  #startAttempt(stepName: string, admittedAt: number): void {
    const waitMs = Math.max(0, admittedAt - (this.#readySince.get(stepName) ?? admittedAt))
    this.#readySince.delete(stepName)
    const permit = this.#gates.takePermit(stepName)
    const attempt = this.#attempts.create(
      stepName,
      this.#admissions.get(stepName) ?? this.#owned.step(stepName)!.id,
      (outcome) => {
        this.#gates.ended(stepName)
        this.#heed(outcome)
        if (!outcome.ok || !this.#beginChild(outcome, waitMs)) this.#post({ kind: 'ended', outcome, waitMs })
      },
      () => {
        this.#live.delete(attempt)
        permit?.giveBack()
        if (this.#owned.ready.size > 0) this.#services.journal.enqueue(this)
      },
    )
    this.#live.add(attempt)
    // Of an attempt that another worker had begun, that one has told.
    if (this.#admissions.has(stepName)) this.#attempts.announce(attempt)
    if (permit === undefined) attempt.start()
    else permit.begin(() => attempt.start())
  }

  /** What the called system asks for holds for all that call it, in this batch already. */
  #heed(outcome: AttemptOutcome): void {
    if (outcome.ok || outcome.retryAfterMs === undefined) return
    const { limits, clock } = this.#services
    const system = this.#owned.step(outcome.stepName)?.dependentSystem
    if (system !== undefined) limits.heed(system, outcome.retryAfterMs, clock.now() - outcome.durationMs)
  }

  /** Where the step is a task of its own, its attempt has only computed the context of that. */
  #beginChild(outcome: AttemptOutcome & { readonly ok: true }, waitMs: number): boolean {
    const { stepName } = outcome
    const child = this.#owned.stepDefinition(stepName)?.child
    if (child === undefined) return false
    const step = this.#owned.step(stepName)!
    const isCurrent = step.state === 'in_progress' && step.attempts === outcome.attempt
    const causationId = this.#admissions.get(stepName) ?? step.id
    if (isCurrent) this.#children.begin({ task: this.#owned.task, step, child, outcome, waitMs, causationId })
    return true
  }

  #interrupt(stepName: string, by: string): void {
    this.#gates.ended(stepName)
    for (const attempt of this.#live) if (attempt.stepName === stepName) attempt.interrupt(by)
  }

  #release(): void {
    this.#timers.cancel()
    this.#isReleased = true
    this.#gates.release()
    this.#onReleased(this)
    this.#passOn()
  }
}

/** Whether a command has set the task back from `error` to run again. */
function reopens({ events }: TaskDraft): boolean {
  return events.some(({ name }) => name === 'task.retry_requested')
}
