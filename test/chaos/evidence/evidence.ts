import type { TaskerEvent } from '../../../core/events/envelope.js'
import type { TaskView } from '../../../core/workflow/task-record.js'
import type { WorkerHandle } from '../fleet/worker-handle.js'
import type { ChaosPlan, PlannedTask } from '../plan/chaos-plan.js'
import type { SeenEvent } from './log-follower.js'

/** What became of asking that a task be cancelled: done, or refused because of the state that it was in. */
export type CancelAnswer = 'cancelled' | 'refused'

/** One thing that was done to the processes or the database, by the clock that they share. */
export interface Fault {
  readonly what: string
  readonly at: number
  /** When it was over, for those that last: what recovers cannot do so before. */
  readonly until: number
  /** The worker that it hit; none: all of them. */
  readonly worker?: WorkerHandle
}

/** What the database holds of one task after a run. */
export interface TaskEvidence {
  readonly planned: PlannedTask
  readonly view: TaskView
  /** Numbers of its log entries, as they follow one another. */
  readonly entries: readonly number[]
  readonly log: readonly TaskerEvent<string>[]
}

/** Everything that is known after a run. */
export interface Evidence {
  readonly plan: ChaosPlan
  /** Whether the scenario takes connections away, so that answers are lost. */
  readonly losesConnections: boolean
  readonly faults: readonly Fault[]
  readonly workers: readonly WorkerHandle[]
  readonly tasks: readonly TaskEvidence[]
  /** The whole log, in order, as it stands in its table. */
  readonly written: readonly WrittenEvent[]
  /** What `tasker verify` finds wrong. */
  readonly findings: readonly string[]
  /** What durable subscribers were given: by their own lines, and by what one wrote in the transaction of its cursor. */
  readonly deliveries: Deliveries
  /** What a reader saw that followed it all the while. */
  readonly seen: readonly SeenEvent[]
  /** Creations that were confirmed: key → task id. */
  readonly created: ReadonlyMap<string, string>
  /** What those were told who asked for cancellations, by the key of the task. */
  readonly cancels: ReadonlyMap<string, CancelAnswer>
  /** Whether a worker may have lost what it owned through the faults of this run. */
  mayHaveLost(workerId: string): boolean
  /** Whether a worker was made to drain. */
  mayHaveDrained(workerId: string): boolean
}

export interface Deliveries {
  /** In the order of time; an event may be there more than once. */
  readonly told: readonly DeliveredEvent[]
  /** In the order in which they were written. */
  readonly ledger: readonly DeliveredEvent[]
  /** Events that were given up. */
  readonly deadLetters: readonly string[]
}

export interface DeliveredEvent {
  readonly id: string
  readonly taskId: string
  readonly position: string
}

export interface WrittenEvent {
  readonly position: string
  readonly id: string
  readonly taskId: string | null
}
