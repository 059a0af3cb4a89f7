import { StepsCancelledError, StepsFailedError, TaskStuckError, TaskTimeoutError } from '../../errors/task-errors.js'
import type { Decision, ExecutionStatus, Outcome, WorkflowReason } from '../../events/event-vocabularies.js'
import type { ParkedReason, StepRecord } from '../../workflow/task-record.js'
import { toErrorRecord } from '../error-record.js'
import { aboutTask, fullNameOf } from '../lifecycle-publisher.js'
import type { OwnedTask } from '../owned-task.js'
import { isPaused, type Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { criticalPath } from './critical-path.js'
import { elapsedMs } from './elapsed-time.js'
import { reenqueue } from './reenqueue.js'
import { deadlineOfChild } from './settle-child.js'
import { deadlineOf } from './time-out-task.js'

interface Finding {
  readonly decision: Decision
  readonly status: ExecutionStatus
  readonly reason?: WorkflowReason
  /** Where it is parked. */
  readonly parked?: ParkedReason
}

/** The stored due time of a task that waits for a worker. Claims look at it at every poll: it runs as soon as there is one. */
const parkedRecheckMs = 60_000

/**
 * Decides what becomes of a task of which nothing can run now, in the commit of its last step: complete, in error, waiting
 * for a due time, parked, or given back by a worker that stops.
 */
export function finalizeRun(draft: TaskDraft, run: Run): void {
  const { owned } = draft
  const startedAt = performance.now()
  const finding = decide(owned, run)
  const { task } = owned
  const announceStart = () => ({ ...aboutTask(task), runId: run.runId, executionStatus: finding.status })
  if (owned.unsettledCount === 0) {
    draft.publish('workflow.task_finalization_started', announceStart)
  } else {
    announceNoViableSteps(draft, finding)
    draft.publishAfter('workflow.task_finalization_started', announceStart)
  }
  carryOut(draft, run, finding)
  draft.release()
  const durationMs = performance.now() - startedAt
  announceEnd(draft, run, finding, durationMs)
}

function decide(owned: OwnedTask, run: Run): Finding {
  if (!owned.definition)
    return { decision: 'park', status: 'waiting_for_dependencies', reason: 'pending_steps_remaining' }
  if (owned.unsettledCount === 0) {
    return { decision: owned.cancelledCount > 0 ? 'error' : 'complete', status: 'all_complete' }
  }
  if (run.isTimedOut) return { decision: 'error', status: 'blocked_by_failures', reason: 'awaiting_dependencies' }
  if (isPaused(owned.task, run) && owned.ready.size + owned.waiting.size > 0) {
    const status = owned.ready.size > 0 ? 'has_ready_steps' : 'waiting_for_retry'
    return { decision: 'park', status, reason: 'workflow_paused' }
  }
  if (run.isDraining && (owned.ready.size > 0 || owned.waiting.size > 0)) {
    return { decision: 'release', status: 'has_ready_steps', reason: 'shutdown' }
  }
  if (run.limitedUntil !== undefined)
    return { decision: 'park', status: 'waiting_for_dependencies', reason: 'pending_steps_remaining' }
  if (owned.waiting.size > 0) return { decision: 'wait', status: 'waiting_for_retry', reason: 'retry_backoff' }
  // An `.each` step in progress has an element that runs, is ready or waits: only children are left.
  if (owned.delegated.size > 0) {
    const reason = 'steps_in_progress'
    return { decision: 'park', status: 'waiting_for_dependencies', reason, parked: 'waiting_for_child' }
  }
  return { decision: 'error', status: 'blocked_by_failures', reason: 'awaiting_dependencies' }
}

function carryOut(draft: TaskDraft, run: Run, finding: Finding): void {
  const { owned } = draft
  switch (finding.decision) {
    case 'complete':
      completeTask(draft)
      break
    case 'error':
      failTask(draft, run)
      break
    case 'wait':
      setBack(draft, 'retry_backoff', timeText(nextTime(owned)))
      break
    case 'park':
      if (finding.reason === 'workflow_paused') pause(draft)
      else if (run.limitedUntil !== undefined) park(draft, 'limit', Math.min(run.limitedUntil, nextTime(owned)))
      else if (finding.parked === 'waiting_for_child') waitForChildren(draft, run)
      else park(draft, run.unserved ?? 'no_handler')
      break
    case 'release':
      setBack(draft, 'shutdown', draft.occurredAt)
      break
  }
}

function setBack(draft: TaskDraft, reason: string, dueAt: string): void {
  draft.taskEvent('task.initialize_requested', { from: 'in_progress', reason, dueAt })
}

/** When a step is due that waits for its time, or the task's own time is up, in milliseconds; infinite if neither. */
function nextTime(owned: OwnedTask): number {
  return Math.min(owned.nextDueAt() ?? Number.POSITIVE_INFINITY, deadlineOf(owned.task) ?? Number.POSITIVE_INFINITY)
}

function timeText(time: number): string {
  return new Date(time).toISOString()
}

/** Its due time is when it goes on if it is resumed before; nobody looks at it until then. */
function pause(draft: TaskDraft): void {
  const { owned } = draft
  const dueAt = owned.ready.size > 0 ? draft.occurredAt : timeText(nextTime(owned))
  const reason = 'workflow_paused'
  draft.taskEvent('task.initialize_requested', { from: 'in_progress', reason, dueAt, parked: 'paused' })
}

/** @param until when it is looked at again at the latest, in milliseconds, if that is sooner than usual */
function park(draft: TaskDraft, reason: ParkedReason, until = Number.POSITIVE_INFINITY): void {
  const { task } = draft.owned
  const recheckAt = Math.min(draft.now + parkedRecheckMs, until, deadlineOf(task) ?? Number.POSITIVE_INFINITY)
  const dueAt = timeText(Math.max(draft.now, recheckAt))
  draft.taskEvent('task.initialize_requested', { from: 'in_progress', reason, dueAt, parked: reason })
}

/** Word of a child's end wakes it; only that a child takes too long nobody tells. */
function waitForChildren(draft: TaskDraft, run: Run): void {
  const { delegated, task } = draft.owned
  const children = [...delegated].map((name) => draft.step(name)).filter(({ childTaskId }) => childTaskId !== null)
  const deadline = Math.min(deadlineOf(task) ?? Number.POSITIVE_INFINITY, ...children.map(deadlineOfChild))
  park(draft, 'waiting_for_child', deadline)
  draft.after(() => run.children.lookBy(deadline))
}

function completeTask(draft: TaskDraft): void {
  const steps = [...draft.owned.steps]
  draft.taskEvent('task.completed', {
    stepCount: steps.length,
    completedSteps: steps.filter((step) => step.state === 'complete').length,
    skippedSteps: steps.filter((step) => step.resolvedHow === 'skipped').length,
    durationMs: elapsedMs(draft, draft.owned.task),
  })
}

function failTask(draft: TaskDraft, run: Run): void {
  const { owned } = draft
  const steps = [...owned.steps]
  const failedSteps = steps.filter((step) => step.state === 'error').map((step) => step.name)
  const blockedSteps = steps.filter((step) => step.state === 'pending').map((step) => step.name)
  const error = {
    ...toErrorRecord(run.isTimedOut ? timeoutOf(owned) : failureOf(owned, steps, failedSteps, blockedSteps)),
    retryable: false,
  }
  if (error.code === 'TASK_STUCK') reportContradiction(draft, error.message)
  // The stack of an error that only sums up others leads nowhere.
  const { stack: _, ...described } = error
  draft.taskEvent('task.failed', {
    error: described,
    failedSteps,
    blockedSteps,
    durationMs: elapsedMs(draft, draft.owned.task),
  })
}

function timeoutOf({ task }: OwnedTask): Error {
  return new TaskTimeoutError(fullNameOf(task), task.timeoutMs!)
}

function failureOf(
  owned: OwnedTask,
  steps: readonly StepRecord[],
  failedSteps: readonly string[],
  blockedSteps: readonly string[],
): Error {
  // A list that has failed names its elements.
  const failed = failedSteps.filter((name) => owned.step(name)?.element === null)
  if (failed.length > 0) return new StepsFailedError(failed, owned.step(failed[0]!)?.error?.message ?? '')
  const cancelled = steps.filter((step) => step.state === 'cancelled').map((step) => step.name)
  if (blockedSteps.length === 0) return new StepsCancelledError(cancelled)
  return new TaskStuckError(fullNameOf(owned.task), blockedSteps)
}

function reportContradiction(draft: TaskDraft, finding: string): void {
  const about = aboutTask(draft.owned.task)
  draft.publishAfter('workflow.task_state_unclear', () => ({ ...about, finding, action: 'failed' }))
}

function announceNoViableSteps(draft: TaskDraft, { reason }: Finding): void {
  const { owned } = draft
  const about = aboutTask(owned.task)
  const dueAt = owned.nextDueAt()
  const waiting = new Set(owned.waiting.keys())
  const blockedSteps = [...owned.steps]
    .filter((step) => step.state === 'pending' && !waiting.has(step.name))
    .map((step) => step.name)
  draft.publishAfter('workflow.no_viable_steps', () => ({
    ...about,
    reason: reason ?? 'awaiting_dependencies',
    blockedSteps,
    ...(dueAt === undefined ? {} : { nextDueAt: new Date(dueAt).toISOString() }),
  }))
}

const outcomeOf: Readonly<Record<Decision, Outcome>> = {
  complete: 'complete',
  error: 'error',
  wait: 'waiting',
  park: 'parked',
  release: 'waiting',
}

function announceEnd(draft: TaskDraft, run: Run, finding: Finding, finalizeMs: number): void {
  const { decision, reason } = finding
  const { task } = draft.owned
  const about = aboutTask(task)
  const { runId } = run
  draft.publishAfter('observability.task.finalize', () => ({ ...about, durationMs: finalizeMs, decision }))
  draft.publishAfter('workflow.task_finalization_completed', () => ({
    ...about,
    runId,
    decision,
    state: task.state,
    ...(reason === undefined ? {} : { reason }),
  }))
  if (decision === 'complete') announceComplete(draft, run)
  if (decision === 'error') {
    const failedSteps = [...draft.owned.failed]
    draft.publishAfter('workflow.task_failed', () => ({ ...about, runId, failedSteps }))
  }
  if (task.dueAt !== null && decision !== 'park') reenqueue(draft, run, reason ?? 'continuing_workflow')
  announceRunEnd(draft, run, outcomeOf[decision])
}

function announceComplete(draft: TaskDraft, run: Run): void {
  const about = aboutTask(draft.owned.task)
  const durationMs = elapsedMs(draft, draft.owned.task)
  draft.publishAfter('workflow.task_completed', () => ({
    ...about,
    runId: run.runId,
    durationMs,
    criticalPath: criticalPath([...draft.owned.steps]),
  }))
}

/** Publishes the end of a run, however it came about. */
export function announceRunEnd(draft: TaskDraft, run: Run, outcome: Outcome): void {
  const about = aboutTask(draft.owned.task)
  draft.publishAfter('observability.task.handle', () => ({
    ...about,
    runId: run.runId,
    durationMs: Math.max(0, draft.monotonic() - run.startedAt),
    queueWaitMs: run.queueWaitMs,
    stepsRun: run.stepsRun,
    outcome,
  }))
}
