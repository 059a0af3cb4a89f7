// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { ErrorDescription } from './shared-payloads.js'

/** The payloads of the events of the family workflow, by name. */
export interface WorkflowPayloads {
  /** Somebody or something asks for a task to run. On the bus only. */
  'workflow.orchestration_requested': WorkflowOrchestrationRequestedPayload
  /** A worker begins a run of a task. On the bus only. */
  'workflow.task_started': WorkflowTaskStartedPayload
  /** Steps became ready. On the bus only. */
  'workflow.viable_steps_discovered': WorkflowViableStepsDiscoveredPayload
  /** Unfinished steps remain and none is ready. On the bus only. */
  'workflow.no_viable_steps': WorkflowNoViableStepsPayload
  /** Ready steps were admitted within the concurrency limits. On the bus only. */
  'workflow.viable_steps_batch_ready': WorkflowViableStepsBatchReadyPayload
  /** An admitted batch begins. On the bus only. */
  'workflow.steps_execution_started': WorkflowStepsExecutionStartedPayload
  /** Every step of that batch has settled. On the bus only. */
  'workflow.steps_execution_completed': WorkflowStepsExecutionCompletedPayload
  /** A committed success was applied to the graph. On the bus only. */
  'workflow.step_completed': WorkflowStepCompletedPayload
  /** A committed failure was applied to the graph. On the bus only. */
  'workflow.step_failed': WorkflowStepFailedPayload
  /** The engine, not the handler, could not run a step: no handler, result not storable, lost ownership. On the bus only. */
  'workflow.step_execution_failed': WorkflowStepExecutionFailedPayload
  /** Nothing is left to run now, the outcome is being decided. On the bus only. */
  'workflow.task_finalization_started': WorkflowTaskFinalizationStartedPayload
  /** The outcome is decided and committed. On the bus only. */
  'workflow.task_finalization_completed': WorkflowTaskFinalizationCompletedPayload
  /** A run ended with the task complete. On the bus only. */
  'workflow.task_completed': WorkflowTaskCompletedPayload
  /** A run ended with the task in error. On the bus only. */
  'workflow.task_failed': WorkflowTaskFailedPayload
  /** The task must run again, re-enqueueing begins. On the bus only. */
  'workflow.task_reenqueue_started': WorkflowTaskReenqueueStartedPayload
  /** Re-enqueued to run now. On the bus only. */
  'workflow.task_reenqueue_requested': WorkflowTaskReenqueueRequestedPayload
  /** Re-enqueued to run later. On the bus only. */
  'workflow.task_reenqueue_delayed': WorkflowTaskReenqueueDelayedPayload
  /** Re-enqueueing failed. On the bus only. */
  'workflow.task_reenqueue_failed': WorkflowTaskReenqueueFailedPayload
  /** Stored state contradicts itself or its owner is gone: recovery and the sweeper. On the bus only. */
  'workflow.task_state_unclear': WorkflowTaskStateUnclearPayload
}

/** The payload of `workflow.orchestration_requested`. */
export type WorkflowOrchestrationRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** What made it necessary. */
  cause: 'created' | 'retried' | 'resolved' | 'due' | 'recovered' | 'child_finished'
}

/** The payload of `workflow.task_started`. */
export type WorkflowTaskStartedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** The worker that owns the task. */
  workerId: string
  /** Counts the claims of the task; a write under an older one is dropped. */
  epoch: number
  /** Whether an earlier run of the task had begun already. */
  resumed: boolean
  /** How many steps the task has. */
  totalSteps: number
}

/** The payload of `workflow.viable_steps_discovered`. */
export type WorkflowViableStepsDiscoveredPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The steps, by name. */
  stepNames: string[]
  /** How many steps. */
  stepCount: number
}

/** The payload of `workflow.no_viable_steps`. */
export type WorkflowNoViableStepsPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
  /** Steps that cannot run because of what failed. */
  blockedSteps: string[]
  /** When the next step is due. */
  nextDueAt?: string
}

/** The payload of `workflow.viable_steps_batch_ready`. */
export type WorkflowViableStepsBatchReadyPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The steps, by name. */
  stepNames: string[]
  /** How many steps were admitted together. */
  batchSize: number
  /** Most steps of the task that run at once. */
  concurrencyLimit: number
}

/** The payload of `workflow.steps_execution_started`. */
export type WorkflowStepsExecutionStartedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The batch: steps that were admitted together. */
  batchId: string
  /** The steps, by name. */
  stepNames: string[]
}

/** The payload of `workflow.steps_execution_completed`. */
export type WorkflowStepsExecutionCompletedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The batch: steps that were admitted together. */
  batchId: string
  /** How many steps succeeded. */
  succeeded: number
  /** How many steps failed. */
  failed: number
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `workflow.step_completed`. */
export type WorkflowStepCompletedPayload = {
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
  /** How many steps are not settled yet. */
  remainingSteps: number
  /** Steps that became ready by it. */
  newlyReady: string[]
}

/** The payload of `workflow.step_failed`. */
export type WorkflowStepFailedPayload = {
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
  /** Whether it will be tried again. */
  willRetry: boolean
  /** When it will be tried again. */
  nextAttemptAt?: string
  /** Steps that cannot run because of what failed. */
  blockedSteps: string[]
}

/** The payload of `workflow.step_execution_failed`. */
export type WorkflowStepExecutionFailedPayload = {
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
}

/** The payload of `workflow.task_finalization_started`. */
export type WorkflowTaskFinalizationStartedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** What the steps of the task add up to. */
  executionStatus: 'has_ready_steps' | 'processing' | 'blocked_by_failures' | 'all_complete' | 'waiting_for_dependencies' | 'waiting_for_retry'
}

/** The payload of `workflow.task_finalization_completed`. */
export type WorkflowTaskFinalizationCompletedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** What was decided to do with the task. */
  decision: 'complete' | 'error' | 'wait' | 'park' | 'release'
  /** The state that the task has now. */
  state: 'pending' | 'in_progress' | 'complete' | 'error' | 'cancelled' | 'resolved_manually'
  /** Why. */
  reason?: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
}

/** The payload of `workflow.task_completed`. */
export type WorkflowTaskCompletedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** How long it took, in milliseconds. */
  durationMs: number
  /** The chain of steps that took longest, first to last. */
  criticalPath: string[]
}

/** The payload of `workflow.task_failed`. */
export type WorkflowTaskFailedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** Steps that failed and are not tried again. */
  failedSteps: string[]
}

/** The payload of `workflow.task_reenqueue_started`. */
export type WorkflowTaskReenqueueStartedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
}

/** The payload of `workflow.task_reenqueue_requested`. */
export type WorkflowTaskReenqueueRequestedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
  /** Name of the queue. */
  queue: string
}

/** The payload of `workflow.task_reenqueue_delayed`. */
export type WorkflowTaskReenqueueDelayedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
  /** When it is to run. Absent: now. */
  dueAt: string
  /** How long until then, in milliseconds. */
  delayMs: number
}

/** The payload of `workflow.task_reenqueue_failed`. */
export type WorkflowTaskReenqueueFailedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Why. */
  reason: 'steps_in_progress' | 'awaiting_dependencies' | 'ready_steps_available' | 'continuing_workflow' | 'pending_steps_remaining' | 'retry_backoff' | 'owner_lost' | 'shutdown' | 'workflow_paused'
  /** What went wrong. */
  error: ErrorDescription
}

/** The payload of `workflow.task_state_unclear`. */
export type WorkflowTaskStateUnclearPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** What was found, in words. */
  finding: string
  /** What was done about it. */
  action: 'reclaimed' | 'requeued' | 'failed' | 'reported'
}
