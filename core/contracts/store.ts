import type { LogEntry, LogEvent } from '../workflow/log-entry.js'
import type { TaskState } from '../workflow/state-machines.js'
import type { AuditStore } from './audit.js'
import type { ChangeRecord, ChangeStore } from './changes.js'
import type { DependentSystemStore } from './dependent-systems.js'
import type { LogLag } from './event-log.js'
import type { ExportCursorStore } from './export-cursors.js'
import type { KeyOfTasks, LimitStore } from './limits.js'
import type { LogUpkeepStore } from './log-upkeep.js'
import type { NamespaceStore } from './namespaces.js'
import type { Page, PageOf } from './page.js'
import type { PauseStore } from './pauses.js'
import type { ScheduleStore } from './schedule-store.js'
import type { TaskDefinition } from './task-definition.js'
import type { StepFilter, StoredTaskFilter, TaskFilter } from './task-filter.js'
import type { StepRecord, TaskRecord, TaskView } from './task-record.js'
import type { Command, CommandOutcome } from './task-request.js'
import type { Transaction } from './transaction.js'

export type { LogEntry, LogEvent } from '../workflow/log-entry.js'
export type { Page, PageOf } from './page.js'
export type { StepFilter, StoredTaskFilter, TaskFilter } from './task-filter.js'

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
  /** Changes that are none of the 56 events; `task` has what they make of it: only with them are reason, tags and pausedAt written. */
  readonly changes?: readonly ChangeRecord[]
  /** Commands that this commit answers. */
  readonly answers: readonly { readonly commandId: string; readonly outcome: CommandOutcome }[]
  /** Of a new task: what its request is known by. If another task has it, nothing is written. */
  readonly identity?: WrittenIdentity
  /** Commands to other tasks, given by this commit; one to a task that is not there yet is applied when it is. */
  readonly commands?: readonly Command[]
  /** When the queue is to wake somebody for the task, as ISO 8601: asked for in the transaction, where the queue can. */
  readonly wakeAt?: string
}

/** The identity of a request, as a hash, and when it ends by the Clock: null, not as long as the task is kept. */
export interface WrittenIdentity {
  readonly hash: string
  readonly expiresAt: string | null
}

/** What is stored under the version of a definition that differs. */
export interface DifferingDefinition {
  /** In the list that was to be stored. */
  readonly index: number
  readonly definition: Readonly<Record<string, unknown>>
}

/** Takes part in a transaction, after its rows were written. */
export type Alongside = (transaction: Transaction, writes: readonly TaskWrite[]) => Promise<void>

/** What became of one {@link TaskWrite}, in the order of the call. */
export type WriteOutcome =
  /** `logId` is the {@link LogEntry.id}, absent when the write had no events. */
  | { readonly status: 'committed'; readonly logId?: string }
  /** Its epoch has moved on: nothing of it was written. */
  | { readonly status: 'lost'; readonly currentEpoch: number }
  /** Another task has the identity of this new one: nothing of it was written. */
  | { readonly status: 'duplicate'; readonly taskId: string }
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
  /** No live worker serves it, or as many tasks of its key are in progress as may be: it was claimed only to be parked. */
  readonly unserved?: 'no_handler' | 'no_worker' | 'limit'
  /** How long it had been due, in milliseconds. */
  readonly queueWaitMs: number
}

export interface ClaimRequest {
  readonly workerId: string
  readonly limit: number
  /** The Clock's time, as ISO 8601: what is due by then may be claimed. */
  readonly now: string
  /** What the worker can run. Absent: whatever there is. */
  readonly serves?: Serving
  /** Whether it also takes what no live worker serves, to park it. Default true. */
  readonly takesUnserved?: boolean
  /** The steps of a task that was claimed, where the worker knows them without reading them. */
  readonly stepsOf?: (task: TaskRecord) => readonly StepRecord[] | undefined
}

/** Which tasks a worker runs. */
export interface Serving {
  /** What it has the code of, each as `namespace.name@version`. */
  readonly kinds: readonly string[]
  /** The namespaces that it is pinned to; absent: all. */
  readonly namespaces?: readonly string[]
  /** Tasks of one kind and concurrency key that may be in progress at once. Absent: any number. */
  readonly keyLimits?: KeyLimits
}

/** What a claim for a key gave. */
export interface ClaimOfKey {
  readonly claimed: readonly ClaimedTask[]
  /** Whether there is room for more, and tasks wait for it that others may serve. */
  readonly isForOthers: boolean
}

export interface KeyLimits {
  /** `namespace.name@version` → its limit. */
  readonly byKind: ReadonlyMap<string, number>
  readonly otherwise: number
}

/** What the table says of the ownership of a task. */
export interface Ownership {
  readonly taskId: string
  readonly epoch: number
  readonly ownerId: string | null
}

/** A task that another one is a child of, directly or not. */
export interface TaskAncestor {
  readonly id: string
  readonly state: TaskState
}

/** A task that another one waits for. */
export interface AwaitedChild {
  /** The task that waits. */
  readonly taskId: string
  readonly childTaskId: string
}

/** A task that contradicted itself, as it is now, and what was wrong with it. */
export interface Repair {
  readonly task: TaskRecord
  readonly finding: string
}

/** How a task stands, and who runs it. */
export interface TaskOwnership {
  readonly id: string
  readonly state: TaskState
  readonly ownerId: string | null
}

export interface WorkerRecord {
  readonly id: string
  readonly host: string
  readonly processId: number
  /** How long after its last heartbeat, by the clock of the database, it counts as alive, in milliseconds. */
  readonly leaseMs: number
  /** What it runs at present. Absent: nothing, it only applies commands or is stopping. */
  readonly serves?: Serving
}

export interface LogQuery {
  /** A position; entries after it. */
  readonly after?: string
  readonly limit?: number
  readonly taskId?: string
  /**
   * Whether entries after `after` that retention has taken are passed over. Otherwise they are an error, because a reader that goes
   * on somewhere must know that it has missed something. Default false.
   */
  readonly toleratesLoss?: boolean
  /** Id of the last entry whose loss is no news to the reader. Default: that of `after`. */
  readonly lostBefore?: string
}

/** An entry as it is read: whole, unless reading began within it. */
export interface StoredLogEntry extends LogEntry {
  /** Index in the entry of the first of `events`: 0, unless `after` stood within this entry. */
  readonly firstIndex: number
}

/** Where state is kept. The only implementation is `persistence`; a port so that orchestration knows no SQL. */
export interface Store
  extends AuditStore,
    LogUpkeepStore,
    ScheduleStore,
    DependentSystemStore,
    ChangeStore,
    PauseStore,
    NamespaceStore,
    LimitStore,
    ExportCursorStore {
  /**
   * One transaction for any number of writes: rows are locked in id order, writes of an older epoch dropped.
   *
   * A call that failed because the database did not answer may be repeated with the same writes: what of them was committed all
   * the same is found out and not written twice.
   *
   * @param alongside run inside the transaction after the rows, with the writes that are in it: for whoever must commit together
   *   with them (wake-ups). Its failure undoes all.
   */
  commit(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]>

  /**
   * Claims due tasks without an owner, or whose owner is gone, the most urgent first. Raises their epochs, waits for no row. Leaves
   * what other live workers serve and this one does not; takes what no live worker serves, to be parked.
   */
  claimDue(request: ClaimRequest): Promise<readonly ClaimedTask[]>
  /**
   * Claims tasks that are parked for the limit of their key, the most urgent first, so that with those in progress there are `limit` of
   * that key at most.
   */
  claimOfKey(key: KeyOfTasks, request: ClaimRequest): Promise<ClaimOfKey>
  /** Keys that tasks are parked for although no task in progress has them; at most 1000. */
  freeKeys(): Promise<readonly KeyOfTasks[]>
  /** Claims one task in whatever state; undefined if it has a live owner or does not exist. */
  claimTask(taskId: string, request: Omit<ClaimRequest, 'limit'>): Promise<ClaimedTask | undefined>
  /** A task as it is stored, for its owner; undefined if its epoch has moved on. */
  reload(taskId: string, epoch: number): Promise<ClaimedTask | undefined>
  /** Gives up ownership without any other change: for a claim that turned out to have nothing to do. */
  release(taskId: string, epoch: number): Promise<void>
  /** The earliest due time of an unowned unfinished task, ISO 8601. */
  nextDueAt(workerId: string): Promise<string | undefined>
  /** Whether any task is left to run or due, owned or not; what is paused is not. */
  hasUnfinishedTasks(): Promise<boolean>
  /** Children that tasks wait for and that have ended, are gone or have taken too long, although nobody has said so; at most 1000. */
  childrenToLookAt(now: string): Promise<readonly AwaitedChild[]>
  /** When the next child that a task waits for will have taken too long, or that task itself, ISO 8601. */
  nextChildDeadline(now: string): Promise<string | undefined>
  /**
   * Tasks that nothing would ever wake, which must not exist, now repaired: unfinished ones without an owner and without a due time,
   * or parked without a time to look again, are due `now`; finished ones whose owner is gone have none any more.
   */
  repairStuck(now: string): Promise<readonly Repair[]>
  /** Who owns these tasks, and which others the worker owns besides. Those that do not exist are left out. */
  ownership(workerId: string, taskIds: readonly string[]): Promise<readonly Ownership[]>
  /** Takes the owner off a task that it does not hold, if it is still as it was seen; unfinished, the task is due `now` at the latest. */
  releaseStray(seen: Ownership, now: string): Promise<TaskRecord | undefined>

  /** Stores those whose version is new, in one statement, and gives those under whose version something else is stored. */
  registerDefinitions(definitions: readonly TaskDefinition[]): Promise<readonly DifferingDefinition[]>
  /** Stores these in place of what stands under their versions. */
  replaceDefinitions(definitions: readonly TaskDefinition[]): Promise<void>
  /** The versions of a task that are stored, in no order. */
  storedVersions(namespace: string, name: string): Promise<readonly string[]>
  registerWorker(worker: WorkerRecord): Promise<void>
  /** Tells that the worker lives. Throws `WORKER_NOT_REGISTERED` if its row was taken away. */
  heartbeat(workerId: string): Promise<void>
  removeWorker(workerId: string): Promise<void>
  /** Forgets workers that nobody has heard of for an hour and that own nothing: being gone and having no row are the same. */
  removeLostWorkers(): Promise<void>
  /** Makes all workers but this one count as gone: where the database admits only one, none of them can be alive. */
  expireOtherWorkers(workerId: string): Promise<void>

  /** Stores a command, announces it to the owner of its task when it is committed, and gives who that is; null: nobody. */
  addCommand(command: Command): Promise<string | null>
  /** Announces once more, to whoever owns the task by now, that it has commands. */
  announceCommand(taskId: string): Promise<void>
  /** Unanswered commands for tasks that this worker owns, oldest first. */
  commandsFor(workerId: string): Promise<readonly Command[]>
  /** Unanswered commands for tasks without a live owner. */
  orphanedCommands(): Promise<readonly Command[]>
  /** Takes away unanswered commands to tasks that nobody has created within a day. */
  removeStrayCommands(now: string): Promise<void>
  /** Undefined while unanswered. */
  commandOutcome(commandId: string): Promise<CommandOutcome | undefined>

  getTask(taskId: string): Promise<TaskView | undefined>
  getTaskRecord(taskId: string): Promise<TaskRecord | undefined>
  /** The tasks that a task is a child of, the nearest first: at most `limit`. */
  taskAncestors(taskId: string, limit: number): Promise<readonly TaskAncestor[]>
  /** How tasks stand, for those who wait for them; without those that do not exist. */
  taskOwnership(taskIds: readonly string[]): Promise<readonly TaskOwnership[]>
  listTasks(filter: StoredTaskFilter, page?: Page): Promise<PageOf<TaskRecord>>
  countTasks(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>>
  /** Steps with their results and the task they belong to, by keyset pages: for exports and lists. */
  listSteps(filter: StepFilter, page?: Page): Promise<PageOf<StepWithTask>>

  /** The position of the last event that is safe to read; undefined if there is none. */
  logEnd(): Promise<string | undefined>
  /**
   * Entries that are safe to read: none that commits later can come before one that was returned. Waits up to 5 s, then throws
   * `LOG_BLOCKED`, where a transaction that is still open may come next; an empty page is the end of the log. Throws `LOG_EXPIRED`
   * where retention has taken entries behind `after`.
   */
  readLog(query: LogQuery): Promise<readonly StoredLogEntry[]>
  /** How far the log goes, and who writes to it now. */
  logLag(): Promise<LogLag>
  /** Events that belong to no task (custom ones published outside of a step). Gives the entry's id. */
  appendToLog(events: readonly LogEvent[]): Promise<string>

  saveMetrics(workerId: string, takenAt: string, metrics: unknown): Promise<void>
  readMetrics(): Promise<readonly { readonly workerId: string; readonly takenAt: string; readonly metrics: unknown }[]>
}

export interface StepWithTask {
  readonly task: Pick<TaskRecord, 'id' | 'namespace' | 'name' | 'version' | 'state' | 'correlationId'>
  readonly step: TaskView['steps'][number]
}
