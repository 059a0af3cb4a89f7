import type { StepState, TaskState } from '../workflow/state-machines.js'
import type { ParkedReason } from './task-record.js'

/** Which tasks. */
export interface TaskFilter {
  readonly namespace?: string
  readonly name?: string
  readonly version?: string
  readonly state?: TaskState | readonly TaskState[]
  readonly correlationId?: string
  /** Having all of these. */
  readonly tags?: readonly string[]
  /** Waiting for this reason. */
  readonly parked?: ParkedReason
  /** Paused by itself, not with its namespace or type; or not. */
  readonly isPaused?: boolean
  /** Running this task again. */
  readonly rerunOf?: string
  /** Created at or after. */
  readonly since?: Date | string
  readonly until?: Date | string
}

/** Which tasks, for whoever knows them by their ids. */
export interface StoredTaskFilter extends TaskFilter {
  readonly ids?: readonly string[]
}

export interface StepFilter extends TaskFilter {
  readonly taskId?: string
  readonly stepState?: StepState | readonly StepState[]
  readonly stepName?: string
  readonly dependentSystem?: string
}
