import { randomUUID } from 'node:crypto'
import type { ChangeRecord } from '../../core/contracts/changes.js'
import type { LogEvent, TaskWrite } from '../../core/contracts/store.js'
import type { StepRecord, TaskRecord } from '../../core/contracts/task-record.js'

let created = Date.parse('2026-01-01T00:00:00.000Z')

/** Records that differ from one another; each task is created a second after the one before. */
export function taskRecord(values: Partial<TaskRecord> = {}): TaskRecord {
  created += 1000
  return {
    id: randomUUID(),
    namespace: 'shop',
    name: 'order',
    version: '1.0.0',
    definitionHash: 'd41d8',
    state: 'pending',
    context: { orderId: 7 },
    priority: 0,
    stepCount: 1,
    initiator: 'test',
    sourceSystem: 'test',
    reason: 'a test',
    tags: [],
    bypassSteps: [],
    identityHash: null,
    concurrencyKey: null,
    timeoutMs: null,
    correlationId: randomUUID(),
    traceparent: null,
    parentTaskId: null,
    parentStepId: null,
    rerunOf: null,
    error: null,
    dueAt: new Date(created).toISOString(),
    parked: null,
    pausedAt: null,
    createdAt: new Date(created).toISOString(),
    startedAt: null,
    completedAt: null,
    ownerId: null,
    epoch: 0,
    logEntry: 1,
    ...values,
  }
}

export function stepRecord(task: TaskRecord, values: Partial<StepRecord> = {}): StepRecord {
  return {
    id: randomUUID(),
    taskId: task.id,
    name: 'reserve',
    position: 0,
    state: 'pending',
    attempts: 0,
    retryLimit: 3,
    retryable: true,
    skippable: false,
    dependentSystem: 'default',
    timeoutMs: 600_000,
    dependsOn: [],
    idempotencyKey: randomUUID(),
    element: null,
    branchOf: null,
    childTaskId: null,
    error: null,
    dueAt: null,
    resolvedHow: null,
    ownerLosses: 0,
    drains: 0,
    resultEntry: null,
    resultIndex: null,
    createdAt: task.createdAt,
    startedAt: null,
    completedAt: null,
    ...values,
  }
}

export function logEvent(task: TaskRecord, values: Partial<LogEvent> = {}): LogEvent {
  return {
    id: randomUUID(),
    name: 'task.initialize_requested',
    schemaVersion: 1,
    occurredAt: task.createdAt,
    correlationId: task.correlationId,
    payload: {},
    ...values,
  }
}

/** The write that creates a task, with one event. */
export function creation(
  task: TaskRecord,
  steps: readonly StepRecord[] = [],
  values: Partial<TaskWrite> = {},
): TaskWrite {
  return { task, isNew: true, newSteps: steps, changedSteps: [], events: [logEvent(task)], answers: [], ...values }
}

/** A write that changes a task, as its next log entry with one event. */
export function change(
  task: TaskRecord,
  changes: Partial<TaskRecord> = {},
  values: Partial<TaskWrite> = {},
): TaskWrite {
  const changed = { ...task, ...changes, logEntry: task.logEntry + (values.events?.length === 0 ? 0 : 1) }
  return {
    task: changed,
    isNew: false,
    newSteps: [],
    changedSteps: [],
    events: [logEvent(task)],
    answers: [],
    ...values,
  }
}

/** A change of a task that is none of the 56 events, made after its latest entry. */
export function changeRecord(task: TaskRecord, values: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    id: randomUUID(),
    subjectKind: 'task',
    subjectKey: task.id,
    taskId: task.id,
    entry: task.logEntry,
    place: 0,
    kind: 'task.annotate',
    data: {},
    actor: { id: 'ada', kind: 'person' },
    reason: 'a test',
    changedAt: task.createdAt,
    ...values,
  }
}
