import type { BulkOptions } from '../../contracts/bulk.js'
import type { StepFilter, TaskFilter } from '../../contracts/store.js'
import type { CommandKind } from '../../contracts/task-request.js'
import { BulkFilterEmptyError, InvalidCommandError } from '../../errors/people-errors.js'
import {
  isFinal,
  type StepState,
  stepTransitions,
  type TaskState,
  taskStates,
  taskTransitions,
} from '../../workflow/state-machines.js'
import { type Check, problemsIn, text, texts, time } from '../request-check.js'
import { assertAsked } from './command-checks.js'

const states: Check = [
  `one of ${taskStates.join(', ')}, or a list of these`,
  (value) => (Array.isArray(value) ? value : [value]).every((one) => (taskStates as readonly unknown[]).includes(one)),
]
const flag: Check = ['true or false', (value) => typeof value === 'boolean']

const ofTasks: Readonly<Record<keyof TaskFilter, Check>> = {
  ...{ namespace: text, name: text, version: text, state: states, correlationId: text, tags: texts, parked: text },
  ...{ rerunOf: text, isPaused: flag, since: time, until: time },
}
const ofSteps: Readonly<Record<keyof StepFilter, Check>> = {
  ...{ ...ofTasks, taskId: text, stepState: states, stepName: text, dependentSystem: text },
}

/** In which states a command can be carried out, where that is not in all of them. */
const taskStatesFor: Readonly<Partial<Record<CommandKind, readonly TaskState[]>>> = {
  'task.cancel': existing(taskTransitions['task.cancelled'].from),
  'task.resolve': existing(taskTransitions['task.resolved_manually'].from),
  'task.retry': existing(taskTransitions['task.retry_requested'].from),
  'task.pause': ['pending', 'in_progress'],
}
const stepStatesFor: Readonly<Partial<Record<CommandKind, readonly StepState[]>>> = {
  'step.cancel': existing(stepTransitions['step.cancelled'].from),
  'step.resolve': existing(stepTransitions['step.resolved_manually'].from),
  'step.skip': existing(stepTransitions['step.resolved_manually'].from),
  'step.retry': existing(stepTransitions['step.retry_requested'].from),
}

/**
 * What a command for many tasks looks at: what its filter says, and, unless that names states, only tasks in which it is possible.
 *
 * @throws BulkFilterEmptyError
 * @throws InvalidCommandError
 */
export function bulkTaskFilter(kind: CommandKind, filter: TaskFilter, options: BulkOptions): TaskFilter {
  check(kind, filter, options, ofTasks)
  const state = filter.state ?? taskStatesFor[kind]
  const paused = kind === 'task.resume' ? { isPaused: true } : {}
  return { ...paused, ...filter, ...(state === undefined ? {} : { state }) }
}

/** The same for steps; those of tasks that have ended for good stay as they are. */
export function bulkStepFilter(kind: CommandKind, filter: StepFilter, options: BulkOptions): StepFilter {
  check(kind, filter, options, ofSteps)
  const stepState = filter.stepState ?? stepStatesFor[kind]
  const state = filter.state ?? taskStates.filter((each) => !isFinal(each))
  return { ...filter, state, ...(stepState === undefined ? {} : { stepState }) }
}

/** A misspelt filter must not mean more than was asked for. */
function check(kind: CommandKind, filter: object, options: BulkOptions, checks: Readonly<Record<string, Check>>): void {
  const problems = problemsIn(filter, checks)
  if (problems.length > 0) throw new InvalidCommandError(`${kind} of many`, problems)
  assertAsked(kind, options)
  const isEmpty = Object.values(filter).every((value) => value === undefined)
  if (isEmpty && options.all !== true) throw new BulkFilterEmptyError(kind)
}

function existing(from: readonly (TaskState | null)[]): readonly TaskState[] {
  return from.filter((state) => state !== null)
}
