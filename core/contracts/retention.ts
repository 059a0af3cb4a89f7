import type { RetentionPlan } from './log-upkeep.js'

export type { RetentionPlan } from './log-upkeep.js'

export interface RetentionOptions {
  /** How long ago a task must have ended, in milliseconds. Default: `retention.finishedTasksMs`. */
  readonly finishedTasksMs?: number
}

export interface RetentionRunOptions extends RetentionOptions {
  /** Stops it after the step under way. */
  readonly signal?: AbortSignal
  /** Called after each step with what has been taken so far. */
  readonly onProgress?: (taken: RetentionResult) => void
}

/** What one run took away. */
export interface RetentionResult {
  /** Whole tasks. */
  readonly tasks: number
  /** Entries of the log. */
  readonly entries: number
  /** Entries of tasks that are kept, moved to a younger partition. */
  readonly moved: number
  /** Names of the partitions of the log that were dropped. */
  readonly partitions: readonly string[]
  /** False if it did nothing, or stopped, because another process is at it. */
  readonly isHolder: boolean
}

/** `tasker.retention`: takes away what is old. Workers do it by themselves where `retention.finishedTasksMs` is set. */
export interface RetentionApi {
  /**
   * Takes away finished tasks with their log, in small transactions with pauses; drops partitions of the log that nothing needs.
   *
   * @throws RetentionNotSetError
   */
  run(options?: RetentionRunOptions): Promise<RetentionResult>
  /**
   * What `run` would take away now.
   *
   * @throws RetentionNotSetError
   */
  plan(options?: RetentionOptions): Promise<RetentionPlan>
}
