import { OwnerLostError } from '../../errors/task-errors.js'
import { toErrorRecord } from '../error-record.js'
import { aboutTask } from '../lifecycle-publisher.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { chooseBranches } from './choose-branches.js'
import { elapsedMs } from './elapsed-time.js'
import { failAttempt } from './fail-attempt.js'

/** Begins a run: the task goes `pending` → `in_progress` in the commit that also admits its first steps. */
export function startRun(draft: TaskDraft, run: Run): void {
  const { owned } = draft
  const isResumed = [...owned.steps].some((step) => step.state !== 'pending' || step.attempts > 0)
  draft.taskEvent('task.start_requested', { workerId: run.workerId, epoch: run.epoch })
  draft.continueFromHere()
  draft.publishAfter('workflow.task_started', () => ({
    ...aboutTask(owned.task),
    runId: run.runId,
    workerId: run.workerId,
    epoch: run.epoch,
    resumed: isResumed,
    totalSteps: owned.task.stepCount,
  }))
  heedCarriedDecisions(draft)
}

/** Where another task has decided whose results this one has taken over, what was not chosen there does not run here either. */
function heedCarriedDecisions(draft: TaskDraft): void {
  const { owned } = draft
  if (owned.task.rerunOf === null) return
  const carried = [...owned.steps].filter(({ state }) => state === 'resolved_manually')
  for (const { name } of carried) chooseBranches(draft, name, owned.results.get(name))
}

/**
 * Ends what a lost owner left running: each such attempt fails with OWNER_LOST and is retried where that is allowed, and the
 * task goes back to `pending`, all in one commit.
 *
 * Nobody knows whether the child of a step was begun: a run begins it again, in the same attempt, which finds it if it is there. Gives
 * these steps. Where the task is taken only for a command, the attempt is lost like others.
 */
export function recoverFromLostOwner(
  draft: TaskDraft,
  run: Run,
  { previousOwnerId, isRunning }: { readonly previousOwnerId: string; readonly isRunning: boolean },
): readonly string[] {
  const { owned } = draft
  draft.publishAfter('workflow.task_state_unclear', () => ({
    ...aboutTask(owned.task),
    finding: `its owner ${previousOwnerId} is gone`,
    action: 'reclaimed',
  }))
  const children = [...owned.delegated].filter((name) => draft.step(name).childTaskId !== null)
  for (const name of isRunning ? [...owned.running] : [...owned.running, ...children]) {
    const error = toErrorRecord(new OwnerLostError(`step ${name}`, previousOwnerId))
    failAttempt(draft, run, name, {
      error,
      durationMs: elapsedMs(draft, draft.step(name)),
      waitMs: 0,
      outcome: 'lost',
    })
  }
  if (isRunning) for (const name of children) owned.recall(name)
  if (owned.task.state === 'in_progress') {
    draft.taskEvent('task.initialize_requested', { from: 'in_progress', reason: 'owner_lost', dueAt: draft.occurredAt })
  }
  return isRunning ? children : []
}
