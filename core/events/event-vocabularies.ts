/** The states of tasks and steps, as events name them. */
export const lifecycleStates = [
  'pending',
  'in_progress',
  'complete',
  'error',
  'cancelled',
  'resolved_manually',
] as const
export type LifecycleState = (typeof lifecycleStates)[number]

/** What a finalisation decided to do with a task. */
export const decisions = ['complete', 'error', 'wait', 'park', 'release'] as const
export type Decision = (typeof decisions)[number]

/** How a run of a task, or an attempt of a step, ended. */
export const outcomes = ['complete', 'error', 'waiting', 'parked', 'lost', 'cancelled'] as const
export type Outcome = (typeof outcomes)[number]

/** What recovery or the sweeper did about a task whose state was unclear. */
export const recoveryActions = ['reclaimed', 'requeued', 'failed', 'reported'] as const
export type RecoveryAction = (typeof recoveryActions)[number]

/** The kinds of things that registries hold. */
export const registryKinds = ['handler', 'subscriber', 'exporter', 'plugin'] as const
export type RegistryKind = (typeof registryKinds)[number]

/** What the steps of a task add up to. */
export const executionStatuses = [
  'has_ready_steps',
  'processing',
  'blocked_by_failures',
  'all_complete',
  'waiting_for_dependencies',
  'waiting_for_retry',
] as const
export type ExecutionStatus = (typeof executionStatuses)[number]

/** Why a task runs again, waits, or has no step to run. */
export const workflowReasons = [
  'steps_in_progress',
  'awaiting_dependencies',
  'ready_steps_available',
  'continuing_workflow',
  'pending_steps_remaining',
  'retry_backoff',
  'owner_lost',
  'shutdown',
  'workflow_paused',
] as const
export type WorkflowReason = (typeof workflowReasons)[number]

/** Why somebody or something asks for a task to run. */
export const orchestrationCauses = ['created', 'retried', 'resolved', 'due', 'recovered', 'child_finished'] as const
export type OrchestrationCause = (typeof orchestrationCauses)[number]

/** How a step came to be `resolved_manually`. */
export const resolutionKinds = ['by_person', 'skipped', 'unchosen'] as const
export type ResolutionKind = (typeof resolutionKinds)[number]

/** How the delay before the next attempt was found. */
export const backoffStrategies = ['list', 'exponential', 'server_requested'] as const
export type BackoffStrategy = (typeof backoffStrategies)[number]

/** Who can act on tasks and steps. */
export const actorKinds = ['person', 'system', 'api', 'agent'] as const
export type ActorKind = (typeof actorKinds)[number]

/** What kind of failure an error is. */
export const errorCategories = [
  'timeout',
  'network',
  'not_found',
  'auth',
  'rate_limit',
  'client_error',
  'server_error',
  'runtime',
  'owner_lost',
  'drained',
  'other',
] as const
export type ErrorCategory = (typeof errorCategories)[number]
