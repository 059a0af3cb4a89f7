import type { ClaimedTask, TaskWrite } from '../contracts/store.js'
import type { Command } from '../contracts/task-request.js'
import { DrainedError, OwnershipLostError } from '../errors/task-errors.js'
import { isFinal } from '../workflow/state-machines.js'
import { AttemptFactory } from './attempt-factory.js'
import { toErrorRecord } from './error-record.js'
import type { JournalParticipant } from './journal.js'
import { OwnedTask } from './owned-task.js'
import { admitSteps, settleBypassedSteps } from './phases/admit-steps.js'
import { applyCommand } from './phases/apply-command.js'
import { completeAttempt, publishSearch } from './phases/complete-attempt.js'
import { failAttempt } from './phases/fail-attempt.js'
import { announceRunEnd, finalizeRun } from './phases/finalize-run.js'
import { recoverFromLostOwner, startRun } from './phases/start-run.js'
import type { Run } from './run.js'
import type { RunnerServices } from './runner-services.js'
import type { AttemptOutcome, StepAttempt } from './step-attempt.js'
import { StepBatches } from './step-batches.js'
import { type CommitFacts, TaskDraft } from './task-draft.js'

type InboxItem =
  | { readonly kind: 'ended'; readonly outcome: AttemptOutcome; readonly waitMs: number }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'refused_by_hook'; readonly stepName: string; readonly error: unknown }

/**
 * The owner of one task: holds it in memory from claim to release, runs its ready steps, and commits through the journal.
 *
 * Whatever comes up (ended attempts, commands) goes to the inbox; `prepare` applies it all, admits what became ready and
 * decides the end, in one write; `committed` tells the world and starts the handlers.
 */
export class TaskRunner implements JournalParticipant {
  readonly #services: RunnerServices
  readonly #owned: OwnedTask
  readonly #run: Run
  readonly #attempts: AttemptFactory
  /** Handlers that have not settled, those of ended attempts included: each takes a place. */
  readonly #live = new Set<StepAttempt>()
  readonly #inbox: InboxItem[] = []
  /** Steps whose refusing hooks have been passed or are being asked: true once passed. */
  readonly #clearances = new Map<string, boolean>()
  readonly #previousOwnerId: string | null
  readonly #onReleased: (runner: TaskRunner) => void
  /** Id of the event that admitted the running attempt of a step: what the attempt does is caused by it. */
  readonly #admissions = new Map<string, string>()
  /** When a step became ready, in milliseconds, until it is admitted. */
  readonly #readySince = new Map<string, number>()
  /** Commands handed over so far: one that is offered again before its answer is committed is not applied twice. */
  readonly #taken = new Set<string>()
  #hasStarted = false
  #isReleased = false
  #draft: TaskDraft | undefined
  #interrupted: string[] = []
  #admitted: readonly string[] = []
  readonly #isCommandOnly: boolean

  constructor(
    services: RunnerServices,
    claimed: ClaimedTask,
    onReleased: (runner: TaskRunner) => void,
    options: { readonly commandOnly?: boolean } = {},
  ) {
    this.#services = services
    this.#owned = new OwnedTask(claimed, services.findDefinition(claimed.task))
    this.#previousOwnerId = claimed.previousOwnerId
    this.#onReleased = onReleased
    this.#isCommandOnly = options.commandOnly ?? false
    this.#run = {
      runId: services.publisher.ids.next(),
      workerId: services.workerId,
      epoch: claimed.task.epoch,
      startedAt: performance.now(),
      queueWaitMs: Math.max(0, claimed.queueWaitMs),
      wakeUps: services.wakeUps,
      settings: services.settings,
      random: services.random,
      log: services.log,
      batches: new StepBatches(),
      stepsRun: 0,
      isDraining: false,
      decision: undefined,
    }
    this.#attempts = new AttemptFactory(services, this.#owned)
  }

  get taskId(): string {
    return this.#owned.id
  }

  /** Handlers that still take a place. */
  get liveHandlers(): number {
    return this.#live.size
  }

  /** Begins the run with the next commit. */
  begin(): void {
    this.#services.journal.enqueue(this)
  }

  /** Hands over a command: applied in the next commit, in order with the run's own writes. */
  deliver(command: Command): void {
    if (this.#isReleased || this.#taken.has(command.id)) return
    this.#taken.add(command.id)
    this.#post({ kind: 'command', command })
  }

  /** Admits no more steps, and releases the task when those that run have ended. */
  drain(): void {
    this.#run.isDraining = true
    this.#services.journal.enqueue(this)
  }

  /** Ends the attempts that still run: their signals fire, and after the grace they end with DRAINED. */
  abandon(graceMs: number): void {
    for (const attempt of this.#live) attempt.abortWith(new DrainedError(`step ${attempt.stepName}`), graceMs)
  }

  prepare(): TaskWrite | undefined {
    if (this.#isReleased) return undefined
    const { publisher, clock } = this.#services
    const draft = new TaskDraft(this.#owned, publisher, clock)
    this.#draft = draft
    this.#admitted = []
    if (this.#previousOwnerId !== null && !this.#hasStarted)
      recoverFromLostOwner(draft, this.#run, this.#previousOwnerId)
    if (!this.#hasStarted && !this.#isCommandOnly) this.#start(draft)
    this.#hasStarted = true
    for (const item of this.#inbox.splice(0)) this.#take(draft, item)
    if (this.#isCommandOnly || isFinal(this.#owned.task.state)) this.#finishEarly(draft)
    else this.#advance(draft)
    const write = draft.toWrite()
    if (!write) this.#draft = undefined
    return write
  }

  committed(logId: string | undefined, commit: CommitFacts): void {
    const draft = this.#draft!
    this.#draft = undefined
    this.#rememberAdmissions(draft)
    draft.committed(logId, commit)
    for (const stepName of this.#interrupted.splice(0)) this.#interrupt(stepName, 'by command')
    for (const stepName of this.#admitted) this.#startAttempt(stepName, draft.now)
    if (draft.isReleasing) this.#release()
    else if (this.#inbox.length > 0) this.#services.journal.enqueue(this)
  }

  lost(currentEpoch: number): void {
    const error = new OwnershipLostError(this.taskId, this.#run.epoch, currentEpoch)
    this.#services.log.warn({ taskId: this.taskId, code: error.code }, error.message)
    const draft = new TaskDraft(this.#owned, this.#services.publisher, this.#services.clock)
    for (const attempt of this.#live) {
      const step = this.#owned.step(attempt.stepName)!
      const described = toErrorRecord(error)
      draft.publishFor(step, 'workflow.step_execution_failed', () => ({ ...draft.aboutStep(step), error: described }))
      attempt.interrupt('ownership was lost')
    }
    announceRunEnd(draft, this.#run, 'lost')
    draft.committed(undefined, { durationMs: 0 })
    this.#release()
  }

  /**
   * What the database refuses, or a defect, leaves memory ahead of the rows: the task is given up and claimed again from what
   * is stored. The attempts of this run count as lost with it.
   */
  refused(error: Error): void {
    this.#services.log.error(
      { err: error, taskId: this.taskId },
      'a write was refused; the task is taken up again from its rows',
    )
    for (const attempt of this.#live) attempt.interrupt('its results were refused')
    this.#release()
    this.#services.store
      .release(this.taskId, this.#run.epoch)
      .catch((cause) => this.#services.log.error({ err: cause, taskId: this.taskId }, 'giving up a task failed'))
  }

  #post(item: InboxItem): void {
    this.#inbox.push(item)
    this.#services.journal.enqueue(this)
  }

  #start(draft: TaskDraft): void {
    const startedAt = performance.now()
    startRun(draft, this.#run)
    this.#owned.promoteDue(draft.now)
    const examined = [...this.#owned.steps].length
    publishSearch(draft, (performance.now() - startedAt) * 1000, examined, [...this.#owned.ready])
  }

  #take(draft: TaskDraft, item: InboxItem): void {
    switch (item.kind) {
      case 'command': {
        draft.cause = undefined
        this.#interrupted.push(...applyCommand(draft, item.command).interrupted)
        break
      }
      case 'ended':
        this.#takeOutcome(draft, item.outcome, item.waitMs)
        break
      case 'refused_by_hook':
        this.#takeRefusal(draft, item.stepName, item.error)
        break
    }
  }

  #takeOutcome(draft: TaskDraft, outcome: AttemptOutcome, waitMs: number): void {
    const { stepName, durationMs } = outcome
    const step = this.#owned.step(stepName)!
    // A person may have settled the step in the meantime: then its attempt no longer counts.
    if (step.state !== 'in_progress' || step.attempts !== outcome.attempt) return
    draft.cause = this.#admissions.get(stepName)
    if (outcome.ok) {
      completeAttempt(draft, this.#run, stepName, { ...outcome, waitMs })
      return
    }
    failAttempt(draft, this.#run, stepName, { ...outcome, durationMs, waitMs, outcome: 'error' })
    if (!outcome.isEngineFailure) return
    draft.publishAfterFor(step, 'workflow.step_execution_failed', () => ({
      ...draft.aboutStep(step),
      error: outcome.error,
    }))
  }

  #takeRefusal(draft: TaskDraft, stepName: string, cause: unknown): void {
    const step = this.#owned.step(stepName)
    if (step?.state !== 'pending') return
    const error = { ...toErrorRecord(cause), retryable: false }
    draft.stepEvent('step.failed', stepName, { error, durationMs: 0, willRetry: false })
    const about = draft.aboutStep(step)
    const blockedSteps = [...this.#owned.descendants(stepName)]
    draft.publishAfterFor(step, 'workflow.step_failed', () => ({ ...about, willRetry: false, blockedSteps }))
  }

  /** Admits what is ready, or decides the end if nothing runs and nothing can. */
  #advance(draft: TaskDraft): void {
    if (!this.#owned.definition) {
      finalizeRun(draft, this.#run)
      return
    }
    this.#owned.promoteDue(draft.now)
    settleBypassedSteps(draft)
    for (const name of this.#owned.ready) if (!this.#readySince.has(name)) this.#readySince.set(name, draft.now)
    this.#askHooks()
    this.#admitted = admitSteps(draft, this.#run, {
      occupied: this.#live.size,
      isCleared: (name) => this.#clearances.get(name) ?? !this.#services.handlers.hasRefusingHooks,
    })
    for (const name of this.#admitted) this.#clearances.delete(name)
    if (this.#isIdle()) finalizeRun(draft, this.#run)
  }

  #isIdle(): boolean {
    if (this.#owned.running.size > 0) return false
    return this.#owned.ready.size === 0 || this.#run.isDraining
  }

  /** A command ended the task, or this run serves a command only: release without a finalisation. */
  #finishEarly(draft: TaskDraft): void {
    draft.release()
    if (!this.#isCommandOnly) announceRunEnd(draft, this.#run, 'cancelled')
  }

  /** Asks the hooks that may refuse a step, before it is admitted. */
  #askHooks(): void {
    if (!this.#services.handlers.hasRefusingHooks || this.#run.isDraining) return
    for (const name of this.#owned.ready) {
      if (this.#clearances.has(name)) continue
      this.#clearances.set(name, false)
      const attempt = this.#attempts.rehearse(name)
      if (!attempt) continue
      this.#services.handlers.askBeforeExecute(attempt.context).then(
        () => {
          this.#clearances.set(name, true)
          this.#services.journal.enqueue(this)
        },
        (error: unknown) => {
          this.#clearances.delete(name)
          this.#post({ kind: 'refused_by_hook', stepName: name, error })
        },
      )
    }
  }

  #rememberAdmissions(draft: TaskDraft): void {
    for (const event of draft.events) {
      if (event.name !== 'step.execution_requested') continue
      this.#admissions.set((event.payload as { readonly stepName: string }).stepName, event.id)
    }
  }

  #startAttempt(stepName: string, admittedAt: number): void {
    const waitMs = Math.max(0, admittedAt - (this.#readySince.get(stepName) ?? admittedAt))
    this.#readySince.delete(stepName)
    const attempt = this.#attempts.create(
      stepName,
      this.#admissions.get(stepName)!,
      (outcome) => this.#post({ kind: 'ended', outcome, waitMs }),
      () => {
        this.#live.delete(attempt)
        if (this.#owned.ready.size > 0) this.#services.journal.enqueue(this)
      },
    )
    this.#live.add(attempt)
    this.#attempts.announce(attempt)
    attempt.start()
  }

  #interrupt(stepName: string, by: string): void {
    for (const attempt of this.#live) if (attempt.stepName === stepName) attempt.interrupt(by)
  }

  #release(): void {
    this.#isReleased = true
    this.#onReleased(this)
  }
}
