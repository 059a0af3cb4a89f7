import type {
  ClaimedTask,
  ClaimRequest,
  LogEvent,
  LogQuery,
  Page,
  PageOf,
  StepFilter,
  StepWithTask,
  Store,
  StoredLogEntry,
  TaskFilter,
  TaskWrite,
  WorkerRecord,
  WriteOutcome,
} from '../contracts/store.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import type { Command, CommandOutcome } from '../contracts/task-request.js'
import type { TaskState } from '../workflow/state-machines.js'
import { TaskClaimer } from './claim-tasks.js'
import { CommandStore } from './commands.js'
import { WriteCommitter } from './commit-writes.js'
import type { Database } from './database.js'
import { DefinitionStore } from './definitions.js'
import { MetricsSnapshotStore, type StoredMetrics } from './metrics-snapshots.js'
import { LogReader } from './read-log.js'
import { StepReader } from './read-steps.js'
import { TaskReader } from './read-tasks.js'
import { UnfinishedTasks } from './unfinished-tasks.js'
import { WorkerStore } from './workers.js'

/** The {@link Store} on PostgreSQL, the same for a server and an embedded one. The tables must be there: see `migrate`. */
export class PostgresStore implements Store {
  readonly #committer: WriteCommitter
  readonly #claimer: TaskClaimer
  readonly #unfinished: UnfinishedTasks
  readonly #tasks: TaskReader
  readonly #steps: StepReader
  readonly #log: LogReader
  readonly #commands: CommandStore
  readonly #workers: WorkerStore
  readonly #definitions: DefinitionStore
  readonly #metrics: MetricsSnapshotStore

  constructor(database: Database) {
    this.#committer = new WriteCommitter(database)
    this.#claimer = new TaskClaimer(database)
    this.#unfinished = new UnfinishedTasks(database)
    this.#tasks = new TaskReader(database)
    this.#steps = new StepReader(database)
    this.#log = new LogReader(database)
    this.#commands = new CommandStore(database)
    this.#workers = new WorkerStore(database)
    this.#definitions = new DefinitionStore(database)
    this.#metrics = new MetricsSnapshotStore(database)
  }

  commit(writes: readonly TaskWrite[]): Promise<readonly WriteOutcome[]> {
    return this.#committer.commit(writes)
  }

  claimDue(request: ClaimRequest): Promise<readonly ClaimedTask[]> {
    return this.#claimer.claimDue(request)
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

  nextDueAt(): Promise<string | undefined> {
    return this.#unfinished.nextDueAt()
  }

  hasUnfinishedTasks(): Promise<boolean> {
    return this.#unfinished.hasUnfinished()
  }

  repairStuck(now: string): Promise<readonly { readonly task: TaskRecord; readonly finding: string }[]> {
    return this.#unfinished.repairStuck(now)
  }

  registerDefinition(definition: TaskDefinition): Promise<void> {
    return this.#definitions.register(definition)
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

  expireOtherWorkers(workerId: string): Promise<void> {
    return this.#workers.expireOthers(workerId)
  }

  addCommand(command: Command): Promise<void> {
    return this.#commands.add(command)
  }

  commandsFor(workerId: string): Promise<readonly Command[]> {
    return this.#commands.forWorker(workerId)
  }

  orphanedCommands(leaseMs: number): Promise<readonly Command[]> {
    return this.#commands.orphaned(leaseMs)
  }

  commandOutcome(commandId: string): Promise<CommandOutcome | undefined> {
    return this.#commands.outcome(commandId)
  }

  getTask(taskId: string): Promise<TaskView | undefined> {
    return this.#tasks.get(taskId)
  }

  getTaskRecord(taskId: string): Promise<TaskRecord | undefined> {
    return this.#tasks.getRecord(taskId)
  }

  listTasks(filter: TaskFilter, page?: Page): Promise<PageOf<TaskRecord>> {
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

  appendToLog(events: readonly LogEvent[]): Promise<string> {
    return this.#log.append(events)
  }

  saveMetrics(workerId: string, takenAt: string, metrics: unknown): Promise<void> {
    return this.#metrics.save(workerId, takenAt, metrics)
  }

  readMetrics(): Promise<readonly StoredMetrics[]> {
    return this.#metrics.read()
  }

  listNamespaces(): Promise<readonly { name: string; description: string | null; createdAt: string }[]> {
    return this.#definitions.listNamespaces()
  }
}
