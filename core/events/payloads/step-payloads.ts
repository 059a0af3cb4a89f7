// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { ErrorDescription, EventActor } from './shared-payloads.js'

/** The payloads of the events of the family step, by name. */
export interface StepPayloads {
  /** The step is created, `pending`, with its task or later by a fan-out. Durable. */
  'step.initialize_requested': StepInitializeRequestedPayload
  /** `pending` → `in_progress`: admitted, in the commit that made it ready or freed its place, before its handler is called. Durable. */
  'step.execution_requested': StepExecutionRequestedPayload
  /** Inputs are resolved, the handler is about to be called. On the bus only. */
  'step.before_handle': StepBeforeHandlePayload
  /** The handler was called (progress 0), and each time it reports progress. On the bus only. */
  'step.handle': StepHandlePayload
  /** The step enters `complete`. Durable. */
  'step.completed': StepCompletedPayload
  /** An attempt ended in `error`. Durable. */
  'step.failed': StepFailedPayload
  /** `error` → `pending`: with the failure that will be retried, or by a person. Durable. */
  'step.retry_requested': StepRetryRequestedPayload
  /** The step enters `cancelled`. Durable. */
  'step.cancelled': StepCancelledPayload
  /** The step enters `resolved_manually`. Durable. */
  'step.resolved_manually': StepResolvedManuallyPayload
  /** A step transition passed its guard and is handed to the journal. On the bus only. */
  'step.before_transition': StepBeforeTransitionPayload
}

/** The payload of `step.initialize_requested`. */
export type StepInitializeRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** The steps that must be settled before. */
  dependsOn: string[]
  /** Whether it is tried again after a failure. */
  retryable: boolean
  /** Whether it may be skipped. */
  skippable: boolean
  /** The system that the step calls. */
  dependentSystem: string
  /** How long it may take, in milliseconds. */
  timeoutMs: number
  /** The same in every attempt of the step: what the called system recognises a repeated call by. */
  idempotencyKey: string
  /** Which element of a list it is, and of which step. */
  element?: {
    /** Name of the step that runs once for each element. */
    of: string
    /** Place in the list, from 0. */
    index: number
    /** The element. */
    item: unknown
  }
  /** The decision that chooses whether this step runs. */
  branchOf?: string
}

/** The payload of `step.execution_requested`. */
export type StepExecutionRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** The worker that owns the task. */
  workerId: string
  /** Counts the claims of the task; a write under an older one is dropped. */
  epoch: number
  /** The task that runs as this step. */
  childTaskId?: string
}

/** The payload of `step.before_handle`. */
export type StepBeforeHandlePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** The results of the steps that it depends on, by their names. */
  inputs: unknown
}

/** The payload of `step.handle`. */
export type StepHandlePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** Share that is done, from 0 to 1. */
  progress: number
  /** Which report of this attempt it is; 0 is the call itself. */
  number: number
  /** What the handler says about its progress. */
  message?: string
}

/** The payload of `step.completed`. */
export type StepCompletedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** What the step gave. */
  results: unknown
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `step.failed`. */
export type StepFailedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** What went wrong. */
  error: ErrorDescription
  /** How long it took, in milliseconds. */
  durationMs: number
  /** Whether it will be tried again. */
  willRetry: boolean
}

/** The payload of `step.retry_requested`. */
export type StepRetryRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** Why. */
  reason: string
  /** When it is to run. Absent: now. */
  dueAt: string
  /** Who asked for it. */
  actor?: EventActor
  /** The idempotency key from now on, where a person asked for a new one. */
  newKey?: string
}

/** The payload of `step.cancelled`. */
export type StepCancelledPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** Why. */
  reason: string
  /** Who asked for it. */
  actor: EventActor
  /** The state before; null where there was none. */
  from: 'pending' | 'in_progress'
}

/** The payload of `step.resolved_manually`. */
export type StepResolvedManuallyPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** How the step came to be settled. */
  how: 'by_person' | 'skipped' | 'unchosen'
  /** Why. */
  reason: string
  /** Who asked for it. */
  actor: EventActor
  /** What the step gave. */
  results?: unknown
}

/** The payload of `step.before_transition`. */
export type StepBeforeTransitionPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** The state before; null where there was none. */
  from: 'pending' | 'in_progress' | 'complete' | 'error' | 'cancelled' | 'resolved_manually'
  /** The state that it is to have. */
  to: 'pending' | 'in_progress' | 'complete' | 'error' | 'cancelled' | 'resolved_manually'
  /** The durable event that reports the transition, once it is committed. */
  transitionEvent: string
}
