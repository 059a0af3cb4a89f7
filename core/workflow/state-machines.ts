import type { DurableEventName } from '../events/event-catalogue.js'
import { type LifecycleState, lifecycleStates } from '../events/event-vocabularies.js'

export type TaskState = LifecycleState
export type StepState = LifecycleState
export const taskStates = lifecycleStates
export const stepStates = lifecycleStates

/** The durable events that move a task. */
export type TaskTransitionEvent = Extract<DurableEventName, `task.${string}`>
/** The durable events that move a step. */
export type StepTransitionEvent = Extract<DurableEventName, `step.${string}`>

/** How one event moves a state: from any of these (null: it comes into being) to that one. */
interface Move {
  readonly from: readonly (LifecycleState | null)[]
  readonly to: LifecycleState
}

/** Every legal transition of a task: each event, where it may start, where it leads. */
export const taskTransitions: Readonly<Record<TaskTransitionEvent, Move>> = {
  'task.initialize_requested': { from: [null, 'in_progress'], to: 'pending' },
  'task.start_requested': { from: ['pending'], to: 'in_progress' },
  'task.completed': { from: ['in_progress'], to: 'complete' },
  'task.failed': { from: ['in_progress', 'pending'], to: 'error' },
  'task.retry_requested': { from: ['error'], to: 'pending' },
  'task.cancelled': { from: ['pending', 'in_progress', 'error'], to: 'cancelled' },
  'task.resolved_manually': { from: ['error'], to: 'resolved_manually' },
}

/** Every legal transition of a step. */
export const stepTransitions: Readonly<Record<StepTransitionEvent, Move>> = {
  'step.initialize_requested': { from: [null], to: 'pending' },
  'step.execution_requested': { from: ['pending'], to: 'in_progress' },
  'step.completed': { from: ['in_progress'], to: 'complete' },
  'step.failed': { from: ['in_progress', 'pending'], to: 'error' },
  'step.retry_requested': { from: ['error'], to: 'pending' },
  'step.cancelled': { from: ['pending', 'in_progress'], to: 'cancelled' },
  'step.resolved_manually': { from: ['pending', 'in_progress', 'error'], to: 'resolved_manually' },
}

/** Whether `event` may happen to something that is in `from`. */
export function isLegal(event: TaskTransitionEvent | StepTransitionEvent, from: LifecycleState | null): boolean {
  return moveOf(event).from.includes(from)
}

/** Where `event` leads. */
export function targetOf(event: TaskTransitionEvent | StepTransitionEvent): LifecycleState {
  return moveOf(event).to
}

/** The events that may happen to a task, or a step, that is in `state`. */
export function legalEvents(subject: 'task' | 'step', state: LifecycleState): readonly string[] {
  const table: Readonly<Record<string, Move>> = subject === 'task' ? taskTransitions : stepTransitions
  return Object.keys(table).filter((event) => table[event]!.from.includes(state))
}

/** Complete, cancelled and resolved_manually are final. */
export function isFinal(state: LifecycleState): boolean {
  return state === 'complete' || state === 'cancelled' || state === 'resolved_manually'
}

/** Whether nothing more happens to a task by itself. */
export function isOver({ state }: { readonly state: TaskState }): boolean {
  return state !== 'pending' && state !== 'in_progress'
}

function moveOf(event: TaskTransitionEvent | StepTransitionEvent): Move {
  return event in taskTransitions
    ? taskTransitions[event as TaskTransitionEvent]
    : stepTransitions[event as StepTransitionEvent]
}
