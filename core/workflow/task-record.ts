import type { EventPayload } from '../events/event-catalogue.js'
import type { StepState, TaskState } from './state-machines.js'

/** An error as it is stored and published. */
export type ErrorRecord = EventPayload<'step.failed'>['error']

/** Why a step is `resolved_manually`. */
export type ResolvedHow = 'by_person' | 'skipped' | 'unchosen'

/** Why an unfinished task is not running although nothing of it is due. */
export type ParkedReason = 'no_handler' | 'no_worker' | 'paused' | 'waiting_for_child' | 'limit'

/** The task that another one runs again, and from which steps on. */
export interface RerunOf {
  readonly taskId: string
  readonly from: readonly string[]
}

/**
 * One task as the store keeps it. Times are ISO 8601 in UTC. All but the last three members are a fold of the log and of the task's
 * changes.
 */
export interface TaskRecord {
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly version: string
  readonly definitionHash: string
  readonly state: TaskState
  readonly context: unknown
  readonly priority: number
  readonly stepCount: number
  readonly initiator: string
  readonly sourceSystem: string
  readonly reason: string
  readonly tags: readonly string[]
  readonly bypassSteps: readonly string[]
  readonly identityHash: string | null
  readonly concurrencyKey: string | null
  readonly timeoutMs: number | null
  readonly correlationId: string
  readonly traceparent: string | null
  readonly parentTaskId: string | null
  readonly parentStepId: string | null
  readonly rerunOf: RerunOf | null
  readonly error: ErrorRecord | null
  /** When it is to run next; null while it runs and when it is finished. */
  readonly dueAt: string | null
  readonly parked: ParkedReason | null
  /** Since when a person has paused it; null if nobody has. A pause of its namespace or type is not told here. */
  readonly pausedAt: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly completedAt: string | null
  /** The worker that owns it now. */
  readonly ownerId: string | null
  /** Raised by every claim; a write under an older epoch is dropped. */
  readonly epoch: number
  /** Number of its latest entry in the log, counted from 1 without gaps; 0 before the first. */
  readonly logEntry: number
}

/** One step of one task. All members are a fold of the log. */
export interface StepRecord {
  readonly id: string
  readonly taskId: string
  readonly name: string
  /** Order of definition, from 0. */
  readonly position: number
  readonly state: StepState
  /** Attempts admitted so far, the one in progress included. */
  readonly attempts: number
  /** Attempts allowed in all, those ended by a lost owner or a drain not counted. */
  readonly retryLimit: number
  readonly retryable: boolean
  readonly skippable: boolean
  readonly dependentSystem: string
  readonly timeoutMs: number
  readonly dependsOn: readonly string[]
  readonly idempotencyKey: string
  readonly element: { readonly of: string; readonly index: number; readonly item: unknown } | null
  readonly branchOf: string | null
  readonly childTaskId: string | null
  readonly error: ErrorRecord | null
  readonly dueAt: string | null
  readonly resolvedHow: ResolvedHow | null
  readonly ownerLosses: number
  readonly drains: number
  /** Where its results stand in the log: entry of the task, index in the entry. Results are stored only there. */
  readonly resultEntry: number | null
  readonly resultIndex: number | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly completedAt: string | null
}

/** A step as people and programs see it: with its results. */
export interface StepView extends Omit<StepRecord, 'resultEntry' | 'resultIndex'> {
  readonly results: unknown
}

/** A task with its steps, in order of definition. */
export interface TaskView extends TaskRecord {
  readonly steps: readonly StepView[]
}
