import type { Command } from '../../contracts/task-request.js'
import { CommandRefusedError, ResultsInvalidError } from '../../errors/task-errors.js'
import { isTaskerError, type TaskerError } from '../../errors/tasker-error.js'
import type { OrchestrationCause } from '../../events/event-vocabularies.js'
import type { StepRecord } from '../../workflow/task-record.js'
import { aboutTask, fullNameOf } from '../lifecycle-publisher.js'
import { assertPossible } from '../people/possible-commands.js'
import type { TaskDraft } from '../task-draft.js'
import { chooseBranches } from './choose-branches.js'
import { editTask, pauseTask, resumeTask } from './edit-task.js'
import { letChildGo } from './settle-child.js'

/** What applying a command asks of the runner once it is committed. */
export interface CommandEffects {
  /** Running steps whose handlers are to be interrupted. */
  readonly interrupted: readonly string[]
}

const none: CommandEffects = { interrupted: [] }

/**
 * Applies one command in order with the owner's own writes, and answers it: with the new state, or with the typed error
 * that says why not. A refused command changes nothing.
 */
export function applyCommand(draft: TaskDraft, command: Command): CommandEffects {
  try {
    const effects = carryOut(draft, command)
    const { stepName } = command
    const state = stepName === null ? draft.owned.task.state : draft.step(stepName).state
    draft.answer(command.id, { ok: true, state })
    return effects
  } catch (error) {
    if (!isTaskerError(error)) throw error
    answerRefusal(draft, command, error)
    return none
  }
}

/** Answers a command with the error that says why it was not carried out. */
export function answerRefusal(draft: TaskDraft, command: Command, error: TaskerError): void {
  const { code, message, details } = error
  draft.answer(command.id, { ok: false, code, message, details })
}

function carryOut(draft: TaskDraft, command: Command): CommandEffects {
  assertPossible(draft, command)
  switch (command.kind) {
    case 'child.ended':
      // Its child is looked at before it is applied: see child-steps.ts.
      return none
    case 'task.cancel':
      return cancelTask(draft, command)
    case 'task.resolve':
      return resolveTask(draft, command)
    case 'task.retry':
      return retryTask(draft, command)
    case 'task.update':
    case 'task.annotate':
      editTask(draft, command)
      return none
    case 'task.pause':
      pauseTask(draft, command)
      return none
    case 'task.resume':
      resumeTask(draft, command)
      return none
    case 'step.cancel':
      return cancelStep(draft, command, draft.step(command.stepName!))
    case 'step.resolve':
      return resolveStep(draft, command, draft.step(command.stepName!))
    case 'step.retry':
      return retryStep(draft, command, draft.step(command.stepName!))
    case 'step.skip':
      return skipStep(draft, command, draft.step(command.stepName!))
  }
}

function cancelTask(draft: TaskDraft, { reason, actor }: Command): CommandEffects {
  const { owned } = draft
  const from = owned.task.state
  const interrupted = [...owned.running]
  for (const step of [...owned.steps]) {
    letChildGo(draft, step, `the task that waits for it was cancelled: ${reason}`, actor)
    if (isCancellable(step)) cancelOne(draft, step, reason, actor)
  }
  draft.taskEvent('task.cancelled', { reason, actor, from: from as 'pending', interruptedSteps: interrupted })
  return { interrupted }
}

function resolveTask(draft: TaskDraft, { reason, actor }: Command): CommandEffects {
  draft.taskEvent('task.resolved_manually', { reason, actor })
  return none
}

function retryTask(draft: TaskDraft, command: Command): CommandEffects {
  const { owned } = draft
  const failed = [...owned.failed]
  if (failed.length === 0)
    throw new CommandRefusedError('retry', fullNameOf(owned.task), 'none of its steps is in error')
  reopenTask(draft, command, failed)
  for (const name of failed) setBackStep(draft, command, draft.step(name))
  return none
}

function cancelStep(draft: TaskDraft, command: Command, step: StepRecord): CommandEffects {
  const { reason, actor, args } = command
  if (args.propagate === false) return skipStep(draft, command, step)
  const whole = step.element === null ? step : draft.step(step.element.of)
  const interrupted = step.state === 'in_progress' ? [step.name] : []
  const because = `${step.name} was cancelled: ${reason}`
  cancelOne(draft, step, reason, actor)
  letChildGo(draft, step, because, actor)
  // A list without one of its elements has no results: it is cancelled with the elements that are left.
  if (whole !== step && isCancellable(whole)) cancelOne(draft, whole, because, actor)
  for (const name of [...(draft.owned.fanOuts.get(whole.name)?.open ?? [])]) {
    if (draft.step(name).state === 'in_progress') interrupted.push(name)
    cancelOne(draft, draft.step(name), because, actor)
  }
  for (const name of draft.owned.descendants(whole.name)) {
    const dependent = draft.step(name)
    if (dependent.state === 'pending') cancelOne(draft, dependent, because, actor)
  }
  return { interrupted }
}

function resolveStep(draft: TaskDraft, command: Command, step: StepRecord): CommandEffects {
  const { results } = command.args
  if (results !== undefined) checkResults(draft, step, results)
  return settleByHand(draft, command, step, 'by_person', results)
}

function skipStep(draft: TaskDraft, command: Command, step: StepRecord): CommandEffects {
  if (!step.skippable) {
    const wayOut = 'Resolve it by hand instead, or mark it with skippable: true'
    throw new CommandRefusedError('skip', `step ${step.name}`, 'it is not skippable', wayOut)
  }
  const effects = settleByHand(draft, command, step, 'skipped', undefined)
  const { reason } = command
  draft.publishAfterFor(step, 'observability.step.skip', () => ({ ...draft.aboutStep(step), reason }))
  return effects
}

function retryStep(draft: TaskDraft, command: Command, step: StepRecord): CommandEffects {
  const failed = [step.name, ...othersToRetry(draft, step)]
  for (const name of failed) setBackStep(draft, command, draft.step(name))
  if (draft.owned.task.state === 'error') reopenTask(draft, command, failed)
  return none
}

/** With an `.each` step its failed elements, and with an element its step, which has failed for it. */
function othersToRetry({ owned }: TaskDraft, { name, element }: StepRecord): readonly string[] {
  if (element === null) return [...(owned.fanOuts.get(name)?.failed ?? [])]
  return owned.failed.has(element.of) ? [element.of] : []
}

function settleByHand(
  draft: TaskDraft,
  command: Command,
  step: StepRecord,
  how: 'by_person' | 'skipped',
  results: unknown,
): CommandEffects {
  const { reason, actor } = command
  const interrupted = step.state === 'in_progress' ? [step.name] : []
  draft.stepEvent('step.resolved_manually', step.name, {
    how,
    reason,
    actor,
    ...(results === undefined ? {} : { results }),
  })
  if (results !== undefined) draft.owned.results.set(step.name, results)
  chooseBranches(draft, step.name, results)
  const because = `${step.name} was settled by hand: ${reason}`
  letChildGo(draft, step, because, actor)
  const { open = [], failed = [] } = draft.owned.fanOuts.get(step.name) ?? {}
  for (const name of [...open, ...failed]) {
    if (draft.step(name).state === 'in_progress') interrupted.push(name)
    draft.stepEvent('step.resolved_manually', name, { how, reason: because, actor })
  }
  if (draft.owned.task.state === 'error') reopenTask(draft, command, [])
  if (step.element !== null && draft.owned.failed.has(step.element.of))
    setBackStep(draft, command, draft.step(step.element.of))
  return { interrupted }
}

/** A failed task runs again, now that something of it has changed. */
function reopenTask(draft: TaskDraft, command: Command, retriedSteps: readonly string[]): void {
  const { reason, actor, kind } = command
  draft.taskEvent('task.retry_requested', { reason, actor, retriedSteps: [...retriedSteps] })
  const cause: OrchestrationCause = kind.endsWith('.retry') ? 'retried' : 'resolved'
  draft.publishAfter('workflow.orchestration_requested', () => ({ ...aboutTask(draft.owned.task), cause }))
}

function setBackStep(draft: TaskDraft, { reason, actor, args }: Command, step: StepRecord): void {
  const counted = step.attempts - step.ownerLosses - step.drains
  const isExhausted = counted >= step.retryLimit
  const raise = draft.owned.stepDefinition(step.name)?.retry.limit ?? step.retryLimit
  draft.stepEvent('step.retry_requested', step.name, {
    reason,
    actor,
    dueAt: draft.occurredAt,
    retryLimit: isExhausted ? step.retryLimit + raise : step.retryLimit,
    ...(args.newKey === true ? { newKey: `${step.idempotencyKey}:${draft.publisher.ids.next()}` } : {}),
  })
}

function isCancellable(step: StepRecord): boolean {
  return step.state === 'pending' || step.state === 'in_progress'
}

function cancelOne(draft: TaskDraft, step: StepRecord, reason: string, actor: Command['actor']): void {
  draft.stepEvent('step.cancelled', step.name, { reason, actor, from: step.state as 'pending' })
}

function checkResults(draft: TaskDraft, step: StepRecord, results: unknown): void {
  const checked = draft.owned.stepDefinition(step.name)?.results?.check(results)
  // A schema that can only check asynchronously was checked by whoever sent the command.
  if (checked === undefined || checked instanceof Promise || checked.ok) return
  throw new ResultsInvalidError(`step ${step.name}`, checked.problems)
}
