import type { Command, CommandKind } from '../../contracts/task-request.js'
import { IllegalTransitionError } from '../../errors/task-errors.js'
import {
  isFinal,
  isLegal,
  isOver,
  type StepTransitionEvent,
  type TaskTransitionEvent,
} from '../../workflow/state-machines.js'
import type { StepRecord, TaskRecord } from '../../workflow/task-record.js'
import { fullNameOf } from '../lifecycle-publisher.js'
import type { TaskDraft } from '../task-draft.js'

/** The event by which a command moves a task. */
const taskMoves = {
  'task.cancel': 'task.cancelled',
  'task.resolve': 'task.resolved_manually',
  'task.retry': 'task.retry_requested',
} as const satisfies Partial<Record<CommandKind, TaskTransitionEvent>>

/** The event by which a command moves a step. */
const stepMoves = {
  'step.cancel': 'step.cancelled',
  'step.resolve': 'step.resolved_manually',
  'step.skip': 'step.resolved_manually',
  'step.retry': 'step.retry_requested',
} as const satisfies Partial<Record<CommandKind, StepTransitionEvent>>

/**
 * Refuses a command that the state of its task or its step does not allow, before anything of it is applied.
 *
 * @throws IllegalTransitionError which lists the commands that are possible instead; StepNotFoundError
 */
export function assertPossible(draft: TaskDraft, { kind, stepName, args }: Command): void {
  if (kind === 'child.ended') return
  const { task } = draft.owned
  const taskName = `Task ${fullNameOf(task)}`
  if (stepName === null) {
    if (!isPossibleForTask(kind, task))
      throw new IllegalTransitionError(taskName, task.state, kind, possibleForTask(task))
    return
  }
  const step = draft.step(stepName)
  // What a task left behind that has ended for good stays as it was: a step that was set back would wait for ever.
  if (isFinal(task.state)) throw new IllegalTransitionError(taskName, task.state, kind, [])
  // A step that is cancelled without its dependents is skipped.
  const asked = kind === 'step.cancel' && args.propagate === false ? 'step.skip' : kind
  if (isLegal(stepMoves[asked as keyof typeof stepMoves], step.state)) return
  const subject = `Step ${stepName} of ${fullNameOf(task)}`
  throw new IllegalTransitionError(subject, step.state, kind, possibleForStep(step))
}

function isPossibleForTask(kind: CommandKind, task: TaskRecord): boolean {
  if (kind in taskMoves) return isLegal(taskMoves[kind as keyof typeof taskMoves], task.state)
  if (kind === 'task.pause') return !isOver(task)
  return kind !== 'task.resume' || task.pausedAt !== null || !isFinal(task.state)
}

function possibleForTask(task: TaskRecord): readonly string[] {
  const moves = possible(taskMoves, task.state)
  return isOver(task) ? moves : [...moves, task.pausedAt === null ? 'task.pause' : 'task.resume']
}

function possibleForStep(step: StepRecord): readonly string[] {
  return possible(stepMoves, step.state).filter((kind) => kind !== 'step.skip' || step.skippable)
}

function possible(
  moves: Readonly<Record<string, TaskTransitionEvent | StepTransitionEvent>>,
  state: TaskRecord['state'],
): readonly string[] {
  return Object.keys(moves).filter((kind) => isLegal(moves[kind]!, state))
}
