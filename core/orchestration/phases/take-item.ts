import { isSettled } from '../../workflow/readiness-graph.js'
import { isFinal } from '../../workflow/state-machines.js'
import { engineActor } from '../engine-actor.js'
import { toErrorRecord } from '../error-record.js'
import type { InboxItem } from '../inbox.js'
import type { Run } from '../run.js'
import type { AttemptOutcome } from '../step-attempt.js'
import type { TaskDraft } from '../task-draft.js'
import { answerRefusal, applyCommand } from './apply-command.js'
import { completeAttempt } from './complete-attempt.js'
import { failAttempt } from './fail-attempt.js'
import { fanOut } from './fan-out-steps.js'
import { letChildGo, settleChild } from './settle-child.js'

/**
 * Applies one thing that came up; gives the running steps that are to be interrupted by it.
 *
 * @param admissions step name → id of the event that admitted its running attempt
 */
export function takeItem(
  draft: TaskDraft,
  run: Run,
  item: InboxItem,
  admissions: ReadonlyMap<string, string>,
): readonly string[] {
  switch (item.kind) {
    case 'command':
      draft.cause = undefined
      draft.after(() => run.answers.tell(item.command))
      if (!item.refusal) return applyCommand(draft, item.command).interrupted
      answerRefusal(draft, item.command, item.refusal)
      return []
    case 'ended':
      takeOutcome(draft, run, item.outcome, item.waitMs, admissions)
      return []
    case 'refused_by_hook':
      takeRefusal(draft, item.stepName, item.error)
      return []
    case 'child_begun':
      takeChild(draft, run, item)
      return []
    case 'child_ended':
      takeChildEnd(draft, run, item)
      return []
  }
}

function takeOutcome(
  draft: TaskDraft,
  run: Run,
  outcome: AttemptOutcome,
  waitMs: number,
  admissions: ReadonlyMap<string, string>,
): void {
  const { stepName } = outcome
  const step = draft.step(stepName)
  // A person may have settled the step in the meantime: then its attempt no longer counts.
  if (step.state !== 'in_progress' || step.attempts !== outcome.attempt) return
  draft.cause = admissions.get(stepName)
  if (outcome.ok) {
    if (draft.owned.stepDefinition(stepName)?.kind === 'each')
      fanOut(draft, run, stepName, outcome.results as unknown[])
    else completeAttempt(draft, run, stepName, { ...outcome, waitMs })
    return
  }
  const { error, isEngineFailure } = outcome
  failAttempt(draft, run, stepName, { ...outcome, waitMs, outcome: 'error' })
  if (!isEngineFailure) return
  const about = draft.aboutStep(step)
  draft.publishAfterFor(step, 'workflow.step_execution_failed', () => ({ ...about, error }))
}

function takeChild(draft: TaskDraft, run: Run, { stepName, attempt, child }: ItemOf<'child_begun'>): void {
  const step = draft.step(stepName)
  if (step.state !== 'in_progress' || step.attempts !== attempt) {
    // A person may have settled the step while its child was being created, and that found no child to cancel.
    if (isSettled(step)) letChildGo(draft, step, `step ${stepName} is ${step.state}`, engineActor)
    return
  }
  draft.owned.delegate(stepName)
  if (child !== undefined) settleChild(draft, run, step, child)
}

function takeChildEnd(draft: TaskDraft, run: Run, { command, childTaskId, child }: ItemOf<'child_ended'>): void {
  const step = draft.owned.stepOfChild(childTaskId)
  draft.cause = undefined
  if (step !== undefined && !isFinal(draft.owned.task.state)) settleChild(draft, run, step, child)
  draft.answer(command.id, { ok: true, state: draft.owned.task.state })
}

type ItemOf<K extends InboxItem['kind']> = Extract<InboxItem, { readonly kind: K }>

function takeRefusal(draft: TaskDraft, stepName: string, cause: unknown): void {
  const step = draft.step(stepName)
  if (step.state !== 'pending') return
  const error = { ...toErrorRecord(cause), retryable: false }
  draft.stepEvent('step.failed', stepName, { error, durationMs: 0, willRetry: false })
  const about = draft.aboutStep(step)
  const blockedSteps = [...draft.owned.descendants(stepName)]
  draft.publishAfterFor(step, 'workflow.step_failed', () => ({ ...about, willRetry: false, blockedSteps }))
}
