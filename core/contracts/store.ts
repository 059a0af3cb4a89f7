import type { LogEntry, LogEvent } from '../workflow/log-entry.js'
import type { StepState, TaskState } from '../workflow/state-machines.js'
import type { TaskDefinition } from './task-definition.js'
import type { StepRecord, TaskRecord, TaskView } from './task-record.js'
import type { Command, CommandOutcome } from './task-request.js'
import type { Transaction } from './transaction.js'

export type { LogEntry, LogEvent } from '../workflow/log-entry.js'

/** Everything that one commit changes of one task. The store applies it whole or not at all. */
export interface TaskWrite {
  /**
   * The task's row after the write, `logEntry` raised by one if there are events. Of a task that exists, what was fixed at its
   * creation is not written again: only state, priority, stepCount, timeoutMs, error, dueAt, parked, startedAt, completedAt,
   * ownerId, epoch and logEntry are. One commit has at most one write of a task.
   */
  readonly task: TaskRecord
  /** True in the commit that creates the task. */
  readonly isNew: boolean
  readonly newSteps: readonly StepRecord[]
  /** Rows after the write; what was fixed when they were created is not written again. */
  readonly changedSteps: readonly StepRecord[]
  readonly events: readonly LogEvent[]
  /** Commands that this commit answers. */
  readonly answers: readonly { readonly commandId: string; readonly outcome: CommandOutcome }[]
  /** Run inside the transaction, after the rows: for whoever must commit together with them (wake-ups). */
  readonly participants?: readonly ((transaction: Transaction) => Promise<void>)[]
}

/** What became of one {@link TaskWrite}, in the order of the call. */
export type WriteOutcome =
  /** `logId` is the {@link LogEntry.id}, absent when the write had no events. */
  | { readonly status: 'committed'; readonly logId?: string }
  /** Its epoch has moved on: nothing of it was written. */
  | { readonly status: 'lost'; readonly currentEpoch: number }
  /** The database refused its data, or it contradicts the stored rows: nothing of it was written; the others of the batch were. */
  | { readonly status: 'refused'; readonly error: Error }

/** A task as its new owner receives it. */
export interface ClaimedTask {
  readonly task: TaskRecord
  readonly steps: readonly StepRecord[]
  /** Results of its complete and resolved steps, by step name. */
  readonly results: ReadonlyMap<string, unknown>
  /** The worker it was taken from, if that one died holding it. */
  readonly previousOwnerId: string | null
  /** How long it had been due, in milliseconds. */
  readonly queueWaitMs: number
}

export interface ClaimRequest {
  readonly workerId: string
  readonly limit: number
  /** The Clock's time, as ISO 8601: what is due by then may be claimed. */
  readonly now: string
  /** Owners whose heartbeat is older than this, by the clock of the database, count as gone. */
  readonly leaseMs: number
}

export interface TaskFilter {
  readonly namespace?: string
  readonly name?: string
  readonly version?: string
  readonly state?: TaskState | readonly TaskState[]
  readonly correlationId?: string
  /** Created at or after. */
  readonly since?: Date | string
  readonly until?: Date | string
}

export interface StepFilter extends TaskFilter {
  readonly taskId?: string
  readonly stepState?: StepState | readonly StepState[]
}

export interface Page {
  /** From 1 to 1000. Default 100. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string
}

export interface PageOf<T> {
  readonly items: readonly T[]
  /** Give it as `after` to get the next page; absent on the last one. */
  readonly next?: string
}

export interface WorkerRecord {
  readonly id: string
  readonly host: string
  readonly processId: number
}

export interface LogQuery {
  /** A position; entries after it. */
  readonly after?: string
  readonly limit?: number
  readonly taskId?: string
}

/** An entry as it is read: whole, unless reading began within it. */
export interface StoredLogEntry extends LogEntry {
  /** Index in the entry of the first of `events`: 0, unless `after` stood within this entry. */
  readonly firstIndex: number
}

/** Where state is kept. The only implementation is `persistence`; a port so that orchestration knows no SQL. */
export interface Store {
  /** One transaction for any number of writes: rows are locked in id order, writes of an older epoch dropped. */
  commit(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]>

  /** Claims due tasks without an owner, or whose owner is gone, the most urgent first. Raises their epochs, waits for no row. */
  claimDue(request: ClaimRequest): Promise<readonly ClaimedTask[]>
  /** Claims one task in whatever state; undefined if it has a live owner or does not exist. */
  claimTask(taskId: string, request: Omit<ClaimRequest, 'limit'>): Promise<ClaimedTask | undefined>
  /** A task as it is stored, for its owner; undefined if its epoch has moved on. */
  reload(taskId: string, epoch: number): Promise<ClaimedTask | undefined>
  /** Gives up ownership without any other change: for a claim that turned out to have nothing to do. */
  release(taskId: string, epoch: number): Promise<void>
  /** The earliest due time of an unowned unfinished task, ISO 8601. */
  nextDueAt(): Promise<string | undefined>
  /** Whether any task is left to run or due, owned or not. */
  hasUnfinishedTasks(): Promise<boolean>
  /** Unfinished tasks that nothing will ever wake, which must not exist: no owner, no due time. Gives them a due time of `now`. */
  repairStuck(now: string): Promise<readonly { readonly task: TaskRecord; readonly finding: string }[]>

  registerDefinition(definition: TaskDefinition): Promise<void>
  registerWorker(worker: WorkerRecord): Promise<void>
  /** Tells that the worker lives. Throws `WORKER_NOT_REGISTERED` if its row was taken away. */
  heartbeat(workerId: string): Promise<void>
  removeWorker(workerId: string): Promise<void>
  /** Makes all workers but this one count as gone: where the database admits only one, none of them can be alive. */
  expireOtherWorkers(workerId: string): Promise<void>

  addCommand(command: Command): Promise<void>
  /** Unanswered commands for tasks that this worker owns, oldest first. */
  commandsFor(workerId: string): Promise<readonly Command[]>
  /** Unanswered commands for tasks without a live owner. */
  orphanedCommands(leaseMs: number): Promise<readonly Command[]>
  /** Undefined while unanswered. */
  commandOutcome(commandId: string): Promise<CommandOutcome | undefined>

  getTask(taskId: string): Promise<TaskView | undefined>
  getTaskRecord(taskId: string): Promise<TaskRecord | undefined>
  listTasks(filter: TaskFilter, page?: Page): Promise<PageOf<TaskRecord>>
  countTasks(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>>
  /** Steps with their results and the task they belong to, by keyset pages: for exports and lists. */
  listSteps(filter: StepFilter, page?: Page): Promise<PageOf<StepWithTask>>

  /** The position of the last event that is safe to read; undefined if there is none. */
  logEnd(): Promise<string | undefined>
  /**
   * Entries that are safe to read: none that commits later can come before one that was returned. Waits up to 5 s, then throws
   * `LOG_BLOCKED`, where a transaction that is still open may come next; an empty page is the end of the log.
   */
  readLog(query: LogQuery): Promise<readonly StoredLogEntry[]>
  /** Events that belong to no task (custom ones published outside of a step). Gives the entry's id. */
  appendToLog(events: readonly LogEvent[]): Promise<string>

  saveMetrics(workerId: string, takenAt: string, metrics: unknown): Promise<void>
  readMetrics(): Promise<readonly { readonly workerId: string; readonly takenAt: string; readonly metrics: unknown }[]>

  listNamespaces(): Promise<
    readonly { readonly name: string; readonly description: string | null; readonly createdAt: string }[]
  >
}

export interface StepWithTask {
  readonly task: Pick<TaskRecord, 'id' | 'namespace' | 'name' | 'version' | 'state' | 'correlationId'>
  readonly step: TaskView['steps'][number]
}
