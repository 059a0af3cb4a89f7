import type { Outcome } from '../../events/event-vocabularies.js'
import { type Backoff, backoffPolicyOf, computeBackoff } from '../../workflow/backoff.js'
import type { ErrorRecord, StepRecord } from '../../workflow/task-record.js'
import { engineActor } from '../engine-actor.js'
import { maxOwnerLosses } from '../last-chances.js'
import { aboutTask } from '../lifecycle-publisher.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { chooseBranches } from './choose-branches.js'

/** An attempt that ended badly. Durations are in milliseconds. */
export interface AttemptFailure {
  readonly error: ErrorRecord
  readonly durationMs: number
  readonly waitMs: number
  readonly outcome: Outcome
  /** What the called system asked for. */
  readonly retryAfterMs?: number | undefined
}

/** Ends an attempt in `error`, and in the same commit sets the step back to `pending` if it will be retried. */
export function failAttempt(draft: TaskDraft, run: Run, name: string, failure: AttemptFailure): void {
  const step = draft.step(name)
  const { error, durationMs } = failure
  const willRetry = isRetried(step, error)
  draft.stepEvent('step.failed', name, { error, durationMs, willRetry })
  draft.continueFromHere()
  const backoff = willRetry ? retryLater(draft, run, step, failure) : undefined
  const blocked = willRetry ? [] : giveUp(draft, step, failure)
  publishFailure(draft, run, name, failure, backoff, blocked)
}

function isRetried(step: StepRecord, error: ErrorRecord): boolean {
  if (!step.retryable || !error.retryable) return false
  if (error.code === 'OWNER_LOST') return step.ownerLosses + 1 < maxOwnerLosses
  if (error.code === 'DRAINED') return true
  return countedAttempts(step) < step.retryLimit
}

/** Attempts that count against the retry limit. */
function countedAttempts(step: StepRecord): number {
  return step.attempts - step.ownerLosses - step.drains
}

function retryLater(
  draft: TaskDraft,
  run: Run,
  step: StepRecord,
  failure: AttemptFailure,
): Backoff & { dueAt: string } {
  const backoff = delayOf(draft, run, step, failure)
  const dueAt = new Date(draft.now + backoff.delayMs).toISOString()
  const reason =
    failure.error.category === 'owner_lost'
      ? 'owner_lost'
      : failure.error.category === 'drained'
        ? 'shutdown'
        : 'retry_backoff'
  draft.stepEvent('step.retry_requested', step.name, { reason, dueAt })
  return { ...backoff, dueAt }
}

function delayOf(draft: TaskDraft, run: Run, step: StepRecord, failure: AttemptFailure): Backoff {
  // What ended for no fault of the step runs again at once.
  if (failure.error.category === 'owner_lost' || failure.error.category === 'drained') {
    return { delayMs: 0, strategy: 'list' }
  }
  const { backoff, dependentSystems } = run.settings
  const policy = backoffPolicyOf(
    backoff,
    dependentSystems[step.dependentSystem]?.backoff,
    draft.owned.stepDefinition(step.name)?.retry,
  )
  return computeBackoff(policy, countedAttempts(step), run.random.next(), failure.retryAfterMs)
}

/** A failure for good: the step is skipped if it says so, else it rests in `error`. Gives the steps that it blocks. */
function giveUp(draft: TaskDraft, step: StepRecord, failure: AttemptFailure): readonly string[] {
  const isSkipped = draft.owned.stepDefinition(step.name)?.onFailure === 'skip' && step.skippable
  if (!isSkipped) return draft.owned.descendants(step.name)
  const reason = `failed for good: ${failure.error.message}`
  draft.stepEvent('step.resolved_manually', step.name, { how: 'skipped', reason, actor: engineActor })
  chooseBranches(draft, step.name, undefined)
  const about = draft.aboutStep(step)
  draft.publishAfterFor(step, 'observability.step.skip', () => ({ ...about, reason }))
  return []
}

function publishFailure(
  draft: TaskDraft,
  run: Run,
  name: string,
  failure: AttemptFailure,
  backoff: (Backoff & { dueAt: string }) | undefined,
  blockedSteps: readonly string[],
): void {
  const step = draft.step(name)
  const about = draft.aboutStep(step)
  const { durationMs, waitMs, outcome, error } = failure
  draft.publishAfterFor(step, 'observability.step.handle', ({ durationMs: commitMs }) => ({
    ...about,
    durationMs,
    waitMs,
    commitMs,
    resultBytes: 0,
    outcome,
  }))
  if (backoff) {
    const { delayMs, strategy, dueAt } = backoff
    draft.publishAfterFor(step, 'observability.step.backoff', () => ({ ...about, delayMs, strategy, dueAt }))
  } else if (step.retryable && error.retryable) {
    draft.publishAfterFor(step, 'observability.step.max_retries_reached', () => ({ ...about, error }))
  }
  draft.publishAfterFor(step, 'workflow.step_failed', () => ({
    ...about,
    willRetry: backoff !== undefined,
    ...(backoff ? { nextAttemptAt: backoff.dueAt } : {}),
    blockedSteps: [...blockedSteps],
  }))
  publishBatchEnd(draft, run, name, false)
}

/** Publishes the end of the batch that a step was admitted in, if its attempt was the last of it. */
export function publishBatchEnd(draft: TaskDraft, run: Run, name: string, succeeded: boolean): void {
  const finished = run.batches.end(name, succeeded, draft.now)
  if (!finished) return
  draft.publishAfter('workflow.steps_execution_completed', () => ({ ...aboutTask(draft.owned.task), ...finished }))
}
