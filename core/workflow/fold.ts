import type { EventPayload } from '../events/event-catalogue.js'
import type { LogEvent } from './log-entry.js'
import {
  type StepTransitionEvent,
  stepTransitions,
  type TaskTransitionEvent,
  taskTransitions,
} from './state-machines.js'
import type { ParkedReason, StepRecord, TaskRecord } from './task-record.js'

/** A task and its steps while events are applied to them. Records are replaced, never changed. */
export interface FoldState {
  task: TaskRecord | undefined
  /** By name, in the order in which they came into being. */
  readonly steps: Map<string, StepRecord>
}

/** Where an event stands in its task's log: entry number and index in it. */
export interface LogPlace {
  readonly entry: number
  readonly index: number
}

/**
 * Applies one durable event to the state of its task. This is the only place that knows what an event means for the rows:
 * the engine changes its rows by it, and a rebuild from the log uses the same function, so that the two cannot differ.
 *
 * Gives the step record that it replaced or created, if any. Custom events change nothing.
 */
export function foldEvent(state: FoldState, taskId: string, event: LogEvent, place: LogPlace): StepRecord | undefined {
  if (event.name in taskTransitions) {
    state.task = foldTask(state.task, taskId, event)
    return undefined
  }
  if (!(event.name in stepTransitions)) return undefined
  const { stepName } = event.payload as EventPayload<StepTransitionEvent>
  const step = foldStep(state.steps.get(stepName), state.steps.size, taskId, event, place)
  state.steps.set(stepName, step)
  if (event.name === 'step.initialize_requested' && step.element !== null) countElement(state)
  wakeWaitingTask(state, event)
  return step
}

/** The steps of a definition are counted when the task is created, elements of a list when they come into being. */
function countElement(state: FoldState): void {
  if (state.task) state.task = { ...state.task, stepCount: state.task.stepCount + 1 }
}

/**
 * What a person changes about a step of a waiting task makes the task due at once, so that a worker looks at it again; a paused one
 * when it is paused no more. One that has not begun keeps its time.
 */
function wakeWaitingTask(state: FoldState, event: LogEvent): void {
  if (state.task?.state !== 'pending' || state.task.startedAt === null) return
  state.task = { ...state.task, dueAt: event.occurredAt, parked: state.task.parked === 'paused' ? 'paused' : null }
}

function foldTask(before: TaskRecord | undefined, taskId: string, event: LogEvent): TaskRecord {
  const name = event.name as TaskTransitionEvent
  const task = before ?? createdTask(taskId, event)
  return { ...task, state: taskTransitions[name].to, ...taskChanges(task, name, event) }
}

function taskChanges(task: TaskRecord, name: TaskTransitionEvent, event: LogEvent): Partial<TaskRecord> {
  switch (name) {
    case 'task.initialize_requested': {
      const { dueAt, parked } = event.payload as EventPayload<typeof name>
      return { dueAt: dueAt ?? event.occurredAt, parked: (parked as ParkedReason | undefined) ?? null }
    }
    case 'task.start_requested':
      return { startedAt: task.startedAt ?? event.occurredAt, dueAt: null, parked: null }
    case 'task.failed':
      return { error: (event.payload as EventPayload<typeof name>).error, dueAt: null, parked: null }
    case 'task.retry_requested':
      // A person's retry begins the time of the task anew. What was paused before it failed still is.
      return {
        error: null,
        dueAt: event.occurredAt,
        parked: task.pausedAt === null ? null : 'paused',
        startedAt: null,
      }
    case 'task.completed':
    case 'task.cancelled':
    case 'task.resolved_manually':
      return { completedAt: event.occurredAt, dueAt: null, parked: null }
  }
}

function createdTask(id: string, event: LogEvent): TaskRecord {
  const payload = event.payload as Extract<EventPayload<'task.initialize_requested'>, { from: null }>
  return {
    id,
    namespace: payload.namespace,
    name: payload.taskName,
    version: payload.version,
    definitionHash: payload.definitionHash,
    state: 'pending',
    context: payload.context,
    priority: payload.priority,
    stepCount: payload.stepCount,
    initiator: payload.initiator,
    sourceSystem: payload.sourceSystem,
    reason: payload.reason,
    tags: payload.tags,
    bypassSteps: payload.bypassSteps ?? [],
    identityHash: payload.identityHash ?? null,
    concurrencyKey: payload.concurrencyKey ?? null,
    timeoutMs: payload.timeoutMs ?? null,
    correlationId: event.correlationId,
    traceparent: event.traceparent ?? null,
    parentTaskId: payload.parentTaskId ?? null,
    parentStepId: payload.parentStepId ?? null,
    rerunOf: payload.rerunOf ?? null,
    error: null,
    dueAt: null,
    parked: null,
    pausedAt: null,
    createdAt: event.occurredAt,
    startedAt: null,
    completedAt: null,
    ownerId: null,
    epoch: 0,
    logEntry: 0,
  }
}

function foldStep(
  before: StepRecord | undefined,
  position: number,
  taskId: string,
  event: LogEvent,
  place: LogPlace,
): StepRecord {
  const name = event.name as StepTransitionEvent
  const step = before ?? createdStep(taskId, position, event)
  return { ...step, state: stepTransitions[name].to, ...stepChanges(step, name, event, place) }
}

function stepChanges(
  step: StepRecord,
  name: StepTransitionEvent,
  event: LogEvent,
  place: LogPlace,
): Partial<StepRecord> | undefined {
  switch (name) {
    case 'step.initialize_requested':
      return undefined
    case 'step.execution_requested': {
      const { attempt, childTaskId } = event.payload as EventPayload<typeof name>
      const childId = childTaskId ?? step.childTaskId
      return { attempts: attempt, dueAt: null, startedAt: event.occurredAt, childTaskId: childId }
    }
    case 'step.completed':
      return { ...resultsAt(place), error: null, completedAt: event.occurredAt }
    case 'step.failed': {
      const { error } = event.payload as EventPayload<typeof name>
      const ownerLosses = step.ownerLosses + (error.code === 'OWNER_LOST' ? 1 : 0)
      const drains = step.drains + (error.code === 'DRAINED' ? 1 : 0)
      return { error, dueAt: null, ownerLosses, drains }
    }
    case 'step.retry_requested': {
      const { dueAt, retryLimit, newKey } = event.payload as EventPayload<typeof name>
      return { dueAt, retryLimit, idempotencyKey: newKey ?? step.idempotencyKey }
    }
    case 'step.cancelled':
      return { dueAt: null, completedAt: event.occurredAt }
    case 'step.resolved_manually': {
      const payload = event.payload as EventPayload<typeof name>
      const results = payload.results === undefined ? {} : resultsAt(place)
      return { ...results, resolvedHow: payload.how, dueAt: null, completedAt: event.occurredAt }
    }
  }
}

function resultsAt(place: LogPlace): Pick<StepRecord, 'resultEntry' | 'resultIndex'> {
  return { resultEntry: place.entry, resultIndex: place.index }
}

function createdStep(taskId: string, position: number, event: LogEvent): StepRecord {
  const payload = event.payload as EventPayload<'step.initialize_requested'>
  return {
    id: event.stepId!,
    taskId,
    name: payload.stepName,
    position,
    state: 'pending',
    attempts: 0,
    retryLimit: payload.retryLimit,
    retryable: payload.retryable,
    skippable: payload.skippable,
    dependentSystem: payload.dependentSystem,
    timeoutMs: payload.timeoutMs,
    dependsOn: payload.dependsOn,
    idempotencyKey: payload.idempotencyKey,
    element: payload.element ?? null,
    branchOf: payload.branchOf ?? null,
    childTaskId: null,
    error: null,
    dueAt: null,
    resolvedHow: null,
    ownerLosses: 0,
    drains: 0,
    resultEntry: null,
    resultIndex: null,
    createdAt: event.occurredAt,
    startedAt: null,
    completedAt: null,
  }
}
