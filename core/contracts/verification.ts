import type { TaskState } from '../workflow/state-machines.js'
import type { StuckFinding } from '../workflow/stuck-finding.js'

/**
 * What a difference between log and rows is about:
 * - `field`: a member of the row is not what the log makes of it.
 * - `task_missing`, `step_missing`: the log tells of it, and there is no row.
 * - `log_missing`, `step_unlogged`: there is a row, and the log does not tell of it.
 * - `entry_missing`, `entry_doubled`, `entry_disordered`, `entry_unexpected`: the numbers of the entries of a task are not 1, 2, 3 …
 *   up to that of its row, with ids that ascend.
 * - `result_missing`: a step's row says where its results stand, and they do not stand there.
 * - `transition_illegal`: the log has an event that cannot happen in the state before it.
 * - `event_unreadable`: the log has an event that nothing can be made of.
 */
export type DifferenceKind =
  | 'field'
  | 'task_missing'
  | 'step_missing'
  | 'log_missing'
  | 'step_unlogged'
  | 'entry_missing'
  | 'entry_doubled'
  | 'entry_disordered'
  | 'entry_unexpected'
  | 'result_missing'
  | 'transition_illegal'
  | 'event_unreadable'

/** One thing in which the rows of a task and its log contradict each other. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly taskId: string
  /** Name of the step; absent where it is about the task. */
  readonly step?: string
  /** Of the row: `state`, `dueAt` … */
  readonly field?: string
  /** What the row says; absent where there is none. Masked. */
  readonly row?: unknown
  /** What the log says; absent where it says nothing. Masked. */
  readonly log?: unknown
  /** Number of the entry of the task that it is about. */
  readonly entry?: number
  /** The same for people, on one line. */
  readonly message: string
}

/** An unfinished task, or a command for a task, that nothing seems to move any more. */
export interface StuckTask {
  readonly taskId: string
  readonly finding: StuckFinding | 'command_unanswered'
  readonly state?: TaskState
  readonly ownerId?: string
  readonly dueAt?: string
  readonly commandId?: string
  readonly message: string
}

export interface VerifyProgress {
  /** Tasks compared so far. */
  readonly tasks: number
  /** Events read so far. */
  readonly events: number
  /** What it is at: the tasks, or the log in search of tasks without a row. */
  readonly phase: 'tasks' | 'log' | 'stuck'
}

export interface VerifyOptions {
  readonly filter?: {
    readonly namespace?: string
    /** Tasks created at or after. */
    readonly since?: Date | string
    readonly taskId?: string
  }
  /** Stops it: it then throws the reason of the signal. */
  readonly signal?: AbortSignal
  /** Called after each page. */
  readonly onProgress?: (progress: VerifyProgress) => void
  /** It ends when so many differences, or so many stuck tasks, have been found. Default 1000. */
  readonly limit?: number
  /** How long something must have looked stuck to count, in milliseconds. Default 5000. */
  readonly graceMs?: number
}

export interface VerifyReport {
  /** Tasks compared. */
  readonly tasks: number
  /** Events read. */
  readonly events: number
  readonly differences: readonly Difference[]
  readonly stuck: readonly StuckTask[]
  /** False where it ended early because `limit` was reached. */
  readonly isWhole: boolean
}
