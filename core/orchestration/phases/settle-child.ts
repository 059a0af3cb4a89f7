import type { Command } from '../../contracts/task-request.js'
import { ChildCancelledError, ChildFailedError, ChildLostError, StepTimeoutError } from '../../errors/task-errors.js'
import { isOver } from '../../workflow/state-machines.js'
import type { StepRecord, TaskView } from '../../workflow/task-record.js'
import { engineActor } from '../engine-actor.js'
import { toErrorRecord } from '../error-record.js'
import { aboutTask } from '../lifecycle-publisher.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { completeAttempt } from './complete-attempt.js'
import { elapsedMs } from './elapsed-time.js'
import { failAttempt } from './fail-attempt.js'

/**
 * Applies the end of a child task to the step that waits for it; does nothing where the step waits for it no longer, or the child runs
 * again. A child that a person brought to a good end after its step had failed for good makes that good as well.
 *
 * @param child undefined if there is no such task any more
 */
export function settleChild(draft: TaskDraft, run: Run, step: StepRecord, child: TaskView | undefined): void {
  if (child !== undefined && (child.id !== step.childTaskId || !isOver(child))) return
  const isGood = child?.state === 'complete' || child?.state === 'resolved_manually'
  if (step.state === 'in_progress') {
    if (isGood) complete(draft, run, step, child)
    else fail(draft, run, step, child)
  } else if (isGood && (step.state === 'error' || step.state === 'pending')) {
    makeGood(draft, run, step, child)
  }
}

/** Fails the steps whose children have taken longer than they may, and cancels these children. */
export function expireChildren(draft: TaskDraft, run: Run): void {
  for (const name of draft.owned.delegated) {
    const step = draft.step(name)
    if (step.childTaskId === null || draft.now < deadlineOfChild(step)) continue
    const error = toErrorRecord(new StepTimeoutError(`Step ${name}`, step.timeoutMs))
    letChildGo(draft, step, `step ${name} has waited for it for too long`, engineActor)
    failAttempt(draft, run, name, { error, durationMs: elapsedMs(draft, step), waitMs: 0, outcome: 'error' })
  }
}

/** When a step has waited for its child for too long, in milliseconds. */
export function deadlineOfChild({ startedAt, timeoutMs }: StepRecord): number {
  return Date.parse(startedAt!) + timeoutMs
}

/** Has the child of a step cancelled that waits for it no longer. */
export function letChildGo(draft: TaskDraft, step: StepRecord, reason: string, actor: Command['actor']): void {
  if (step.childTaskId === null || step.state === 'complete') return
  draft.command({
    id: draft.publisher.ids.next(),
    taskId: step.childTaskId,
    kind: 'task.cancel',
    stepName: null,
    reason,
    actor,
    args: {},
    createdAt: draft.occurredAt,
    replyTo: null,
  })
}

/** Tells the task that waits for this one that it has ended, in the commit of its end. */
export function tellParent(draft: TaskDraft): void {
  const { task } = draft.owned
  if (task.parentTaskId === null || !draft.events.some(({ name }) => endings.has(name))) return
  draft.command({
    id: draft.publisher.ids.next(),
    taskId: task.parentTaskId,
    kind: 'child.ended',
    stepName: null,
    reason: `its child task is ${task.state}`,
    actor: engineActor,
    args: { childTaskId: task.id, stepId: task.parentStepId },
    createdAt: draft.occurredAt,
    replyTo: null,
  })
}

const endings = new Set(['task.completed', 'task.failed', 'task.cancelled', 'task.resolved_manually'])

function complete(draft: TaskDraft, run: Run, step: StepRecord, child: TaskView): void {
  const durationMs = elapsedMs(draft, step)
  completeAttempt(draft, run, step.name, {
    results: resultsOf(child),
    resultBytes: 0,
    published: [],
    durationMs,
    waitMs: 0,
  })
}

function fail(draft: TaskDraft, run: Run, step: StepRecord, child: TaskView | undefined): void {
  const error = toErrorRecord(failureOf(step, child))
  failAttempt(draft, run, step.name, { error, durationMs: elapsedMs(draft, step), waitMs: 0, outcome: 'error' })
}

function failureOf({ name, childTaskId }: StepRecord, child: TaskView | undefined): Error {
  if (child === undefined) return new ChildLostError(name, childTaskId!)
  if (child.state === 'cancelled') return new ChildCancelledError(name, child.id)
  return new ChildFailedError(name, child.id, child.error?.message ?? '')
}

function makeGood(draft: TaskDraft, run: Run, step: StepRecord, child: TaskView): void {
  const reason = `its child task is ${child.state}`
  // Its attempts may be used up: what a person has brought to a good end is one more of them.
  const retryLimit = Math.max(step.retryLimit, step.attempts - step.ownerLosses - step.drains + 1)
  const retry = { reason, actor: engineActor, dueAt: draft.occurredAt, retryLimit }
  const { task } = draft.owned
  if (step.state === 'error') draft.stepEvent('step.retry_requested', step.name, retry)
  if (task.state === 'error') {
    draft.taskEvent('task.retry_requested', { reason, actor: engineActor, retriedSteps: [step.name] })
    draft.publishAfter('workflow.orchestration_requested', () => ({
      ...aboutTask(draft.owned.task),
      cause: 'child_finished',
    }))
  }
  const { workerId, epoch } = run
  const attempt = { attempt: step.attempts + 1, workerId, epoch, childTaskId: child.id }
  draft.stepEvent('step.execution_requested', step.name, attempt)
  complete(draft, run, draft.step(step.name), child)
}

/** Results of a child's steps by name; elements of lists are in those of their steps. */
function resultsOf({ steps }: TaskView): Readonly<Record<string, unknown>> {
  const done = steps.filter(
    ({ state, element }) => element === null && (state === 'complete' || state === 'resolved_manually'),
  )
  return Object.fromEntries(done.map(({ name, results }) => [name, results]))
}
