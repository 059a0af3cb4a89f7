import type { TaskerConfigInput } from '../../../core/index.js'
import type { PlannedTask } from '../plan/chaos-plan.js'

/** What a worker process is told as its only argument, as JSON. */
export interface WorkerSettings {
  /** Where the embedded database, the lines and the log go. */
  readonly folder: string
  readonly linesPath: string
  readonly logPath: string
  /** How long the process may not be run before it says so, in milliseconds. */
  readonly starvedAfterMs: number
  readonly database: NonNullable<TaskerConfigInput['database']>
  readonly execution: NonNullable<TaskerConfigInput['execution']>
}

/** What a worker process takes on its standard input, one JSON a line; the end of input ends it at once. */
export type WorkerOrder =
  | { readonly order: 'create'; readonly task: PlannedTask }
  /** Says `health`. */
  | { readonly order: 'health' }
  /** Answers when durable subscribers have handled all that is in the log now. */
  | { readonly order: 'catch up'; readonly id: number }
  /** Drains and exits with 0. */
  | { readonly order: 'stop' }
  /** Moves the time of day of this process. */
  | { readonly order: 'clock'; readonly offsetMs: number }
  /** Lists and reads tasks, so many at once; answers when all have come. */
  | { readonly order: 'flood'; readonly id: number; readonly reads: number }

/** Exit code of a worker that could not start because the database did not answer. */
export const NOT_STARTED = 75
