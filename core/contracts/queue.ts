import type { Transaction } from './transaction.js'

/**
 * Wake-ups for tasks. A wake-up may be lost or doubled: the tasks table is the truth, and the sweeper makes up for a lost one.
 */
export interface Queue {
  /** How events and logs call it: `memory`, `graphile-worker`. */
  readonly name: string
  /** Asks that somebody looks at the task at `runAt` (ISO 8601), within the transaction where there is one. */
  wake(transaction: Transaction | undefined, taskId: string, runAt: string): Promise<void>
  /** Calls `listener` with each task id that is due, until stopped. */
  start(listener: (taskId: string) => void): Promise<void>
  stop(): Promise<void>
}
