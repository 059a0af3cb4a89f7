import type { LogEntry } from '../workflow/log-entry.js'
import type { ChangeRecord } from './changes.js'
import type { StepRecord, TaskRecord } from './task-record.js'
import type { Command } from './task-request.js'

/** Which tasks are looked at. */
export interface AuditFilter {
  readonly namespace?: string
  /** Created at or after, ISO 8601. */
  readonly since?: string
  readonly taskId?: string
}

export interface AuditQuery {
  readonly filter: AuditFilter
  /** Tasks that were created later are left alone, so that the look comes to an end while others are created. ISO 8601. */
  readonly createdUntil?: string
  /** The `next` of the page before. */
  readonly after?: string
}

/** A task with its steps, from one moment: the commit of its entry `task.logEntry`. */
export interface AuditedTask {
  readonly task: TaskRecord
  readonly steps: readonly StepRecord[]
  /** Those of its changes that its row is a fold of, in their order. */
  readonly changes: readonly ChangeRecord[]
  /** The greatest number among its entries in the log at the same moment; null if it has none. */
  readonly lastLogged: number | null
  /** How many entries it has there. */
  readonly loggedCount: number
  /** Whether its owner has been heard of within its lease; null if nobody owns it. */
  readonly isOwnerAlive: boolean | null
  /** Whether it is paused, by itself or with its namespace or type. */
  readonly isPaused: boolean
}

export interface AuditPage {
  readonly tasks: readonly AuditedTask[]
  /** Whether any worker has been heard of within its lease. */
  readonly hasLiveWorker: boolean
  /** Absent on the last page. */
  readonly next?: string
}

/** An entry of the log for a rebuild. Where it is large, results in it are replaced by `true`, and custom events have no payload. */
export interface AuditedEntry extends LogEntry {
  readonly taskId: string
  readonly entry: number
}

/**
 * What a verification reads, in pages that are small however large the tables are. Nothing is kept open between two calls.
 */
export interface AuditStore {
  /** Tasks in the order of their ids, with their steps. */
  auditTasks(query: AuditQuery): Promise<AuditPage>
  /** The entries of these tasks with the numbers from `first` to `last`, in the order of task, number and id. */
  auditEntries(taskIds: readonly string[], first: number, last: number): Promise<readonly AuditedEntry[]>
  /** Tasks that the log knows and that have no row, in the order of their ids. `next` goes on where this page ended. */
  auditOrphans(
    taskId: string | undefined,
    after?: string,
  ): Promise<{ readonly taskIds: readonly string[]; readonly next?: string }>
  /** Commands given before `before` (ISO 8601) that nobody has answered, the oldest first, at most 1000. */
  unansweredCommands(before: string): Promise<readonly Command[]>
}
