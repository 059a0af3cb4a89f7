import type { AuditedEntry, AuditPage, AuditQuery } from '../contracts/audit.js'
import type { ChangeFilter, ChangeRecord } from '../contracts/changes.js'
import type { DependentSystem, ObjectMap, ObjectMapFilter, ObjectReference } from '../contracts/dependent-systems.js'
import type { LogLag } from '../contracts/event-log.js'
import type { ChangeOfExport, CursorClaim, ExportPart, HeldCursor } from '../contracts/export-cursors.js'
import type { IncrementalExport } from '../contracts/exporter.js'
import type { KeyOfTasks, PermitReply, PermitRequest, SystemBlock, SystemRow } from '../contracts/limits.js'
import type { TakeRequest } from '../contracts/log-upkeep.js'
import type { NamespaceRecord } from '../contracts/namespaces.js'
import type { ChangesOf, PauseRecord } from '../contracts/pauses.js'
import type { DueQuery, ScheduleGlance, StoredSchedule } from '../contracts/schedule-store.js'
import type {
  Alongside,
  AwaitedChild,
  ClaimedTask,
  ClaimOfKey,
  ClaimRequest,
  DifferingDefinition,
  LogEvent,
  LogQuery,
  Ownership,
  Page,
  PageOf,
  Repair,
  StepFilter,
  StepWithTask,
  Store,
  StoredLogEntry,
  StoredTaskFilter,
  TaskAncestor,
  TaskFilter,
  TaskOwnership,
  TaskWrite,
  WorkerRecord,
  WriteOutcome,
} from '../contracts/store.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import type { Command, CommandOutcome } from '../contracts/task-request.js'
import type { TaskState } from '../workflow/state-machines.js'
import { AuditReader } from './audit-reader.js'
import { ChangeReader } from './changes.js'
import { TaskClaimer } from './claim-tasks.js'
import { CommandStore } from './commands.js'
import { WriteCommitter } from './commit-writes.js'
import type { Database } from './database.js'
import { DefinitionStore } from './definitions.js'
import { DependentSystemTable } from './dependent-systems.js'
import { ExportCursorTable } from './export-cursors.js'
import { SystemLimitStore } from './limits/system-limit-store.js'
import { MetricsSnapshotStore, type StoredMetrics } from './metrics-snapshots.js'
import { NamespaceTable } from './namespaces.js'
import { PauseTable } from './pauses.js'
import { LogReader } from './read-log.js'
import { StepReader } from './read-steps.js'
import { TaskReader } from './read-tasks.js'
import { Retention } from './retention.js'
import { ScheduleTable } from './schedules.js'
import { UnfinishedTasks } from './unfinished-tasks.js'
import { WorkerStore } from './workers.js'

/** The {@link Store} on PostgreSQL, the same for a server and an embedded one. The tables must be there: see `migrate`. */
export class PostgresStore implements Store {
  readonly #committer: WriteCommitter
  readonly #claimer: TaskClaimer
  readonly #unfinished: UnfinishedTasks
  readonly #tasks: TaskReader
  readonly #steps: StepReader
  readonly #limits: SystemLimitStore
  readonly #log: LogReader
  readonly #audit: AuditReader
  readonly #retention: Retention
  readonly #commands: CommandStore
  readonly #changes: ChangeReader
  readonly #pauses: PauseTable
  readonly #namespaces: NamespaceTable
  readonly #workers: WorkerStore
  readonly #definitions: DefinitionStore
  readonly #metrics: MetricsSnapshotStore
  readonly #schedules: ScheduleTable
  readonly #systems: DependentSystemTable
  readonly #exports: ExportCursorTable

  constructor(database: Database) {
    this.#committer = new WriteCommitter(database)
    this.#claimer = new TaskClaimer(database)
    this.#unfinished = new UnfinishedTasks(database)
    this.#tasks = new TaskReader(database)
    this.#steps = new StepReader(database)
    this.#limits = new SystemLimitStore(database)
    this.#log = new LogReader(database)
    this.#audit = new AuditReader(database)
    this.#retention = new Retention(database)
    this.#commands = new CommandStore(database)
    this.#changes = new ChangeReader(database)
    this.#pauses = new PauseTable(database)
    this.#namespaces = new NamespaceTable(database)
    this.#workers = new WorkerStore(database)
    this.#definitions = new DefinitionStore(database)
    this.#metrics = new MetricsSnapshotStore(database)
    this.#schedules = new ScheduleTable(database)
    this.#systems = new DependentSystemTable(database)
    this.#exports = new ExportCursorTable(database)
  }

  commit(writes: readonly TaskWrite[], alongside?: Alongside): Promise<readonly WriteOutcome[]> {
    return this.#committer.commit(writes, alongside)
  }

  claimDue(request: ClaimRequest): Promise<readonly ClaimedTask[]> {
    return this.#claimer.claimDue(request)
  }

  claimOfKey(key: KeyOfTasks, request: ClaimRequest): Promise<ClaimOfKey> {
    return this.#claimer.claimOfKey(key, request)
  }

  freeKeys(): Promise<readonly KeyOfTasks[]> {
    return this.#claimer.freeKeys()
  }

  drawPermits(request: PermitRequest): Promise<PermitReply> {
    return this.#limits.drawPermits(request)
  }

  blockSystem(block: SystemBlock) {
    return this.#limits.blockSystem(block)
  }

  unblockSystem(system: string) {
    return this.#limits.unblockSystem(system)
  }

  heldSystems(now: number): Promise<readonly string[]> {
    return this.#limits.heldSystems(now)
  }

  listSystems(now: number): Promise<readonly SystemRow[]> {
    return this.#limits.listSystems(now)
  }

  liveWorkers(except: string): Promise<readonly string[]> {
    return this.#limits.liveWorkers(except)
  }

  leaveSystems(workerId: string) {
    return this.#limits.leaveSystems(workerId)
  }

  claimTask(taskId: string, request: Omit<ClaimRequest, 'limit'>): Promise<ClaimedTask | undefined> {
    return this.#claimer.claimTask(taskId, request)
  }

  reload(taskId: string, epoch: number): Promise<ClaimedTask | undefined> {
    return this.#claimer.reload(taskId, epoch)
  }

  release(taskId: string, epoch: number): Promise<void> {
    return this.#unfinished.release(taskId, epoch)
  }

  nextDueAt(workerId: string): Promise<string | undefined> {
    return this.#unfinished.nextDueAt(workerId)
  }

  hasUnfinishedTasks(): Promise<boolean> {
    return this.#unfinished.hasUnfinished()
  }

  nextChildDeadline(now: string): Promise<string | undefined> {
    return this.#unfinished.nextChildDeadline(now)
  }

  childrenToLookAt(now: string): Promise<readonly AwaitedChild[]> {
    return this.#unfinished.childrenToLookAt(now)
  }

  repairStuck(now: string): Promise<readonly Repair[]> {
    return this.#unfinished.repairStuck(now)
  }

  ownership(workerId: string, taskIds: readonly string[]): Promise<readonly Ownership[]> {
    return this.#unfinished.ownership(workerId, taskIds)
  }

  releaseStray(seen: Ownership, now: string): Promise<TaskRecord | undefined> {
    return this.#unfinished.releaseStray(seen, now)
  }

  registerDefinitions(definitions: readonly TaskDefinition[]): Promise<readonly DifferingDefinition[]> {
    return this.#definitions.register(definitions)
  }

  replaceDefinitions(definitions: readonly TaskDefinition[]): Promise<void> {
    return this.#definitions.replace(definitions)
  }

  storedVersions(namespace: string, name: string): Promise<readonly string[]> {
    return this.#definitions.versions(namespace, name)
  }

  registerWorker(worker: WorkerRecord): Promise<void> {
    return this.#workers.register(worker)
  }

  heartbeat(workerId: string): Promise<void> {
    return this.#workers.heartbeat(workerId)
  }

  removeWorker(workerId: string): Promise<void> {
    return this.#workers.remove(workerId)
  }

  removeLostWorkers(): Promise<void> {
    return this.#workers.removeLost()
  }

  expireOtherWorkers(workerId: string): Promise<void> {
    return this.#workers.expireOthers(workerId)
  }

  addCommand(command: Command): Promise<string | null> {
    return this.#commands.add(command)
  }

  announceCommand(taskId: string): Promise<void> {
    return this.#commands.announce(taskId)
  }

  commandsFor(workerId: string): Promise<readonly Command[]> {
    return this.#commands.forWorker(workerId)
  }

  orphanedCommands(): Promise<readonly Command[]> {
    return this.#commands.orphaned()
  }

  removeStrayCommands(now: string): Promise<void> {
    return this.#commands.removeStray(now)
  }

  commandOutcome(commandId: string): Promise<CommandOutcome | undefined> {
    return this.#commands.outcome(commandId)
  }

  getChange(id: string): Promise<ChangeRecord | undefined> {
    return this.#changes.get(id)
  }

  listChanges(filter: ChangeFilter, page?: Page): Promise<PageOf<ChangeRecord>> {
    return this.#changes.list(filter, page)
  }

  getTask(taskId: string): Promise<TaskView | undefined> {
    return this.#tasks.get(taskId)
  }

  getTaskRecord(taskId: string): Promise<TaskRecord | undefined> {
    return this.#tasks.getRecord(taskId)
  }

  taskAncestors(taskId: string, limit: number): Promise<readonly TaskAncestor[]> {
    return this.#tasks.ancestors(taskId, limit)
  }

  taskOwnership(taskIds: readonly string[]): Promise<readonly TaskOwnership[]> {
    return this.#tasks.ownership(taskIds)
  }

  listTasks(filter: StoredTaskFilter, page?: Page): Promise<PageOf<TaskRecord>> {
    return this.#tasks.list(filter, page)
  }

  countTasks(filter: TaskFilter): Promise<Readonly<Record<TaskState, number>>> {
    return this.#tasks.count(filter)
  }

  listSteps(filter: StepFilter, page?: Page): Promise<PageOf<StepWithTask>> {
    return this.#steps.list(filter, page)
  }

  readLog(query: LogQuery): Promise<readonly StoredLogEntry[]> {
    return this.#log.read(query)
  }

  logEnd(): Promise<string | undefined> {
    return this.#log.end()
  }

  logLag(): Promise<LogLag> {
    return this.#log.lag()
  }

  appendToLog(events: readonly LogEvent[]): Promise<string> {
    return this.#log.append(events)
  }

  auditTasks(query: AuditQuery): Promise<AuditPage> {
    return this.#audit.auditTasks(query)
  }

  auditEntries(taskIds: readonly string[], first: number, last: number): Promise<readonly AuditedEntry[]> {
    return this.#audit.auditEntries(taskIds, first, last)
  }

  auditOrphans(taskId: string | undefined, after?: string) {
    return this.#audit.auditOrphans(taskId, after)
  }

  unansweredCommands(before: string): Promise<readonly Command[]> {
    return this.#audit.unansweredCommands(before)
  }

  makeLogPartitions(intervalMs: number): Promise<readonly string[]> {
    return this.#retention.makeLogPartitions(intervalMs)
  }

  beginRetention(holder: string, leaseMs: number): Promise<boolean> {
    return this.#retention.beginRetention(holder, leaseMs)
  }

  endRetention(holder: string): Promise<void> {
    return this.#retention.endRetention(holder)
  }

  takeFinishedTasks(request: TakeRequest) {
    return this.#retention.takeFinishedTasks(request)
  }

  takeTasklessEntries(holder: string, olderThanMs: number, limit: number) {
    return this.#retention.takeTasklessEntries(holder, olderThanMs, limit)
  }

  expiredPartitions(olderThanMs: number): Promise<readonly string[]> {
    return this.#retention.expiredPartitions(olderThanMs)
  }

  moveForward(holder: string, partition: string, limit: number): Promise<number> {
    return this.#retention.moveForward(holder, partition, limit)
  }

  dropLogPartition(holder: string, partition: string) {
    return this.#retention.dropLogPartition(holder, partition)
  }

  planRetention(finishedBefore: string, olderThanMs: number) {
    return this.#retention.planRetention(finishedBefore, olderThanMs)
  }

  addSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    return this.#schedules.addSchedule(schedule, change)
  }

  getSchedule(name: string): Promise<StoredSchedule | undefined> {
    return this.#schedules.getSchedule(name)
  }

  listSchedules(page?: Page): Promise<PageOf<StoredSchedule>> {
    return this.#schedules.listSchedules(page)
  }

  undeclaredSchedules(declared: readonly string[]): Promise<readonly string[]> {
    return this.#schedules.undeclaredSchedules(declared)
  }

  changeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    return this.#schedules.changeSchedule(schedule, change)
  }

  removeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    return this.#schedules.removeSchedule(schedule, change)
  }

  dueSchedules(query: DueQuery): Promise<readonly StoredSchedule[]> {
    return this.#schedules.dueSchedules(query)
  }

  takeSchedules(found: readonly StoredSchedule[], workerId: string): Promise<readonly StoredSchedule[]> {
    return this.#schedules.takeSchedules(found, workerId)
  }

  settleSchedule(schedule: StoredSchedule, workerId: string): Promise<boolean> {
    return this.#schedules.settleSchedule(schedule, workerId)
  }

  glanceAtSchedules(now: string): Promise<ScheduleGlance> {
    return this.#schedules.glanceAtSchedules(now)
  }

  liveKinds(): Promise<readonly string[]> {
    return this.#schedules.liveKinds()
  }

  listDependentSystems(): Promise<readonly DependentSystem[]> {
    return this.#systems.listDependentSystems()
  }

  getDependentSystem(name: string): Promise<DependentSystem | undefined> {
    return this.#systems.getDependentSystem(name)
  }

  saveDependentSystem(system: DependentSystem, change: ChangeRecord): Promise<boolean> {
    return this.#systems.saveDependentSystem(system, change)
  }

  addObjectMap(map: ObjectMap, change: ChangeRecord): Promise<boolean> {
    return this.#systems.addObjectMap(map, change)
  }

  removeObjectMap(one: ObjectReference, two: ObjectReference, change: ChangeRecord): Promise<boolean> {
    return this.#systems.removeObjectMap(one, two, change)
  }

  getObjectMap(one: ObjectReference, two: ObjectReference): Promise<ObjectMap | undefined> {
    return this.#systems.getObjectMap(one, two)
  }

  mappedIds(object: ObjectReference, system: string): Promise<readonly string[]> {
    return this.#systems.mappedIds(object, system)
  }

  listObjectMaps(filter: ObjectMapFilter, page?: Page): Promise<PageOf<ObjectMap>> {
    return this.#systems.listObjectMaps(filter, page)
  }

  saveMetrics(workerId: string, takenAt: string, metrics: unknown): Promise<void> {
    return this.#metrics.save(workerId, takenAt, metrics)
  }

  readMetrics(): Promise<readonly StoredMetrics[]> {
    return this.#metrics.read()
  }

  listNamespaces(): Promise<readonly NamespaceRecord[]> {
    return this.#namespaces.listNamespaces()
  }

  getNamespace(name: string): Promise<NamespaceRecord | undefined> {
    return this.#namespaces.getNamespace(name)
  }

  createNamespace(
    namespace: Pick<NamespaceRecord, 'name' | 'description' | 'createdAt'>,
    change: ChangeRecord,
  ): Promise<boolean> {
    return this.#namespaces.createNamespace(namespace, change)
  }

  describeNamespace(name: string, description: string | null, change: ChangeRecord, onlyIfNone?: boolean) {
    return this.#namespaces.describeNamespace(name, description, change, onlyIfNone)
  }

  listPauses(): Promise<readonly PauseRecord[]> {
    return this.#pauses.listPauses()
  }

  addPause(pause: PauseRecord, change: ChangeRecord): Promise<boolean> {
    return this.#pauses.addPause(pause, change)
  }

  removePause(key: string, change: ChangeRecord): Promise<boolean> {
    return this.#pauses.removePause(key, change)
  }

  parkHeld(changesOf: ChangesOf): Promise<number> {
    return this.#pauses.parkHeld(changesOf)
  }

  unparkFreed(changesOf: ChangesOf): Promise<number> {
    return this.#pauses.unparkFreed(changesOf)
  }

  holdExport(claim: CursorClaim): Promise<HeldCursor | undefined> {
    return this.#exports.holdExport(claim)
  }

  keepExport(name: string, holder: string): Promise<boolean> {
    return this.#exports.keepExport(name, holder)
  }

  announcePart(name: string, holder: string, part: ExportPart): Promise<boolean> {
    return this.#exports.announcePart(name, holder, part)
  }

  settlePart(name: string, holder: string, now: string): Promise<boolean> {
    return this.#exports.settlePart(name, holder, now)
  }

  advanceExport(name: string, holder: string, position: string): Promise<boolean> {
    return this.#exports.advanceExport(name, holder, position)
  }

  releaseExport(name: string, holder: string): Promise<void> {
    return this.#exports.releaseExport(name, holder)
  }

  listExports(): Promise<readonly IncrementalExport[]> {
    return this.#exports.listExports()
  }

  acceptExportLoss(name: string, changeOf: ChangeOfExport): Promise<boolean> {
    return this.#exports.acceptExportLoss(name, changeOf)
  }

  forgetExport(name: string, changeOf: ChangeOfExport): Promise<boolean> {
    return this.#exports.forgetExport(name, changeOf)
  }
}
