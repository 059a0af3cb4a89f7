import { StepHandlerMissingError } from '../../errors/task-errors.js'
import type { StepRecord } from '../../workflow/task-record.js'
import { engineActor } from '../engine-actor.js'
import { toErrorRecord } from '../error-record.js'
import { aboutTask, fullNameOf } from '../lifecycle-publisher.js'
import { isPaused, type Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { chooseBranches } from './choose-branches.js'
import { publishSearch } from './publish-search.js'

/** What admission depends on besides the task itself. */
export interface AdmissionLimits {
  /** Places that handlers still take although their steps have ended: timed-out ones that have not settled. */
  readonly occupied: number
  /** Whether a step has passed the hooks that may refuse it; those that have not wait. */
  isCleared(stepName: string): boolean
}

/** Settles ready steps that the request said to bypass, and what becomes ready by that, until none is left. */
export function settleBypassedSteps(draft: TaskDraft): void {
  const bypass = new Set(draft.owned.task.bypassSteps)
  if (bypass.size === 0) return
  for (let next = findBypassed(draft, bypass); next !== undefined; next = findBypassed(draft, bypass)) {
    const reason = 'bypassed by the request'
    const step = draft.step(next)
    const settlement = draft.stepEvent('step.resolved_manually', next, { how: 'skipped', reason, actor: engineActor })
    chooseBranches(draft, next, undefined)
    const about = draft.aboutStep(step)
    draft.publishAfterFor(step, 'observability.step.skip', () => ({ ...about, reason }))
    publishSearch(draft, 0, settlement.examined, settlement.ready)
  }
}

function findBypassed(draft: TaskDraft, bypass: ReadonlySet<string>): string | undefined {
  for (const name of draft.owned.ready) if (bypass.has(name)) return name
  return undefined
}

/** Admits ready steps within the limits: each attempt is committed before its handler is called. Gives their names. */
export function admitSteps(draft: TaskDraft, run: Run, limits: AdmissionLimits): readonly string[] {
  const { owned } = draft
  if (run.isDraining || run.isTimedOut || isPaused(owned.task, run)) return []
  const limit = concurrencyLimit(draft, run)
  const room = limit - Math.max(owned.running.size, limits.occupied)
  const admitted: string[] = []
  for (const name of inOrderOfAdmission(draft)) {
    if (admitted.length >= room) break
    if (!owned.stepDefinition(name)) refuseUnknownStep(draft, name)
    else if (limits.isCleared(name)) {
      admit(draft, run, name)
      admitted.push(name)
    }
  }
  if (admitted.length > 0) announceBatch(draft, run, admitted, limit)
  return admitted
}

function concurrencyLimit(draft: TaskDraft, run: Run): number {
  return Math.min(draft.owned.definition?.concurrency ?? Number.POSITIVE_INFINITY, run.settings.concurrentStepsPerTask)
}

/** By priority, then in order of definition. */
function inOrderOfAdmission(draft: TaskDraft): readonly string[] {
  const { owned } = draft
  if (owned.ready.size < 2) return [...owned.ready]
  const byPosition = [...owned.ready].sort((a, b) => owned.step(a)!.position - owned.step(b)!.position)
  const priorityOf = (name: string) => owned.stepDefinition(name)?.priority ?? 0
  // Mostly none has one; the sort keeps the order of those that are equal.
  if (byPosition.every((name) => priorityOf(name) === 0)) return byPosition
  return byPosition.sort((a, b) => priorityOf(b) - priorityOf(a))
}

function admit(draft: TaskDraft, run: Run, name: string): void {
  const step = draft.step(name)
  const { workerId, epoch } = run
  const isChild = draft.owned.stepDefinition(name)?.kind === 'child'
  draft.stepEvent('step.execution_requested', name, {
    attempt: step.attempts + 1,
    workerId,
    epoch,
    ...(isChild ? { childTaskId: childTaskIdOf(draft, step) } : {}),
  })
  run.stepsRun += 1
}

/** The next attempt goes on with the child that there is; one that was cancelled will not run again. */
function childTaskIdOf(draft: TaskDraft, { childTaskId, error }: StepRecord): string {
  return childTaskId === null || error?.code === 'CHILD_CANCELLED' ? draft.publisher.ids.next() : childTaskId
}

/** A step that the code of this version does not have cannot be run: it fails for good, and says so. */
function refuseUnknownStep(draft: TaskDraft, name: string): void {
  const step = draft.step(name)
  const error = { ...toErrorRecord(new StepHandlerMissingError(fullNameOf(draft.owned.task), name)), retryable: false }
  draft.stepEvent('step.failed', name, { error, durationMs: 0, willRetry: false })
  const about = draft.aboutStep(step)
  draft.publishAfterFor(step, 'workflow.step_execution_failed', () => ({ ...about, error }))
}

function announceBatch(draft: TaskDraft, run: Run, admitted: readonly string[], concurrencyLimit: number): void {
  const about = aboutTask(draft.owned.task)
  const batchId = draft.publisher.ids.next()
  run.batches.begin(batchId, admitted, draft.now)
  draft.publishAfter('workflow.viable_steps_batch_ready', () => ({
    ...about,
    stepNames: [...admitted],
    batchSize: admitted.length,
    concurrencyLimit,
  }))
  draft.publishAfter('workflow.steps_execution_started', () => ({ ...about, batchId, stepNames: [...admitted] }))
}
