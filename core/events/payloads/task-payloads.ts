// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { ErrorDescription, EventActor } from './shared-payloads.js'

/** The payloads of the events of the family task, by name. */
export interface TaskPayloads {
  /** The task enters `pending`: created, or set back from `in_progress` to wait. Durable. */
  'task.initialize_requested': TaskInitializeRequestedPayload1 | TaskInitializeRequestedPayload2
  /** `pending` → `in_progress`: claimed. Durable. */
  'task.start_requested': TaskStartRequestedPayload
  /** The task enters `complete`. Durable. */
  'task.completed': TaskCompletedPayload
  /** The task enters `error`. Durable. */
  'task.failed': TaskFailedPayload
  /** `error` → `pending`. Durable. */
  'task.retry_requested': TaskRetryRequestedPayload
  /** The task enters `cancelled`. Durable. */
  'task.cancelled': TaskCancelledPayload
  /** The task enters `resolved_manually`. Durable. */
  'task.resolved_manually': TaskResolvedManuallyPayload
  /** A task transition passed its guard and is handed to the journal. On the bus only. */
  'task.before_transition': TaskBeforeTransitionPayload
}

/** The payload of `task.initialize_requested`, form 1 of 2. */
export type TaskInitializeRequestedPayload1 = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The state before; null where there was none. */
  from: null
  /** Why. */
  reason: string
  /** When it is to run. Absent: now. */
  dueAt?: string
  /** Why it waits for something else than time: no_handler, paused, waiting_for_child, limit, no_worker … */
  parked?: string
  /** What the task was created with, defaults filled in. */
  context: unknown
  /** How many steps. */
  stepCount: number
  /** The higher goes first. */
  priority: number
  /** How long it may take, in milliseconds. */
  timeoutMs?: number
  /** Who or what asked for the task. */
  initiator: string
  /** The system that the request came from. */
  sourceSystem: string
  /** Tags of the request. */
  tags: string[]
  /** What the request is known by; another one of the same identity gets the same task. */
  identityHash?: string
  /** Steps that the request leaves out. */
  bypassSteps?: string[]
  /** What tasks of this kind share a limit by. */
  concurrencyKey?: string
  /** Hash of the definition that the task was made from. */
  definitionHash: string
  /** The task that this one is a part of. */
  parentTaskId?: string
  /** The step that this task runs as. */
  parentStepId?: string
  /** The task that this one runs again, and from which steps on. */
  rerunOf?: {
    /** The task that ran before. */
    taskId: string
    /** The steps that run again, with all that depends on them. */
    from: string[]
  }
}

/** The payload of `task.initialize_requested`, form 2 of 2. */
export type TaskInitializeRequestedPayload2 = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The state before; null where there was none. */
  from: 'in_progress'
  /** Why. */
  reason: string
  /** When it is to run. Absent: now. */
  dueAt?: string
  /** Why it waits for something else than time: no_handler, paused, waiting_for_child, limit, no_worker … */
  parked?: string
}

/** The payload of `task.start_requested`. */
export type TaskStartRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The worker that owns the task. */
  workerId: string
  /** Counts the claims of the task; a write under an older one is dropped. */
  epoch: number
}

/** The payload of `task.completed`. */
export type TaskCompletedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** How many steps. */
  stepCount: number
  /** How many steps completed. */
  completedSteps: number
  /** How many steps were skipped, bypassed or not chosen. */
  skippedSteps: number
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `task.failed`. */
export type TaskFailedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** What went wrong. */
  error: ErrorDescription
  /** Steps that failed and are not tried again. */
  failedSteps: string[]
  /** Steps that cannot run because of what failed. */
  blockedSteps: string[]
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `task.retry_requested`. */
export type TaskRetryRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: string
  /** Who asked for it. */
  actor: EventActor
  /** Steps that will run again. */
  retriedSteps: string[]
}

/** The payload of `task.cancelled`. */
export type TaskCancelledPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: string
  /** Who asked for it. */
  actor: EventActor
  /** The state before; null where there was none. */
  from: 'pending' | 'in_progress' | 'error'
  /** Steps that were running and were told to stop. */
  interruptedSteps: string[]
}

/** The payload of `task.resolved_manually`. */
export type TaskResolvedManuallyPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: string
  /** Who asked for it. */
  actor: EventActor
}

/** The payload of `task.before_transition`. */
export type TaskBeforeTransitionPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The state before; null where there was none. */
  from: 'pending' | 'in_progress' | 'complete' | 'error' | 'cancelled' | 'resolved_manually'
  /** The state that it is to have. */
  to: 'pending' | 'in_progress' | 'complete' | 'error' | 'cancelled' | 'resolved_manually'
  /** The durable event that reports the transition, once it is committed. */
  transitionEvent: string
}
