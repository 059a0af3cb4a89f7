import type { BulkOptions, BulkReport } from '../contracts/bulk.js'
import type { ChangeRecord } from '../contracts/changes.js'
import type { CreatedTask } from '../contracts/created-task.js'
import type { PauseRecord, TaskType } from '../contracts/pauses.js'
import type { Page, PageOf, Store, TaskFilter } from '../contracts/store.js'
import { type DefinedTask, isDefinedTask } from '../contracts/task-definition.js'
import type { CommandKind, CommandOptions, TaskRequest, TaskRequestOptions } from '../contracts/task-request.js'
import type {
  Annotation,
  CreateOptions,
  RerunOptions,
  TaskEdit,
  TaskReference,
  TasksApi,
  WaitOptions,
} from '../contracts/tasks-api.js'
import { TaskNotFoundError, TaskReferenceError } from '../errors/task-errors.js'
import { isOver, type TaskState } from '../workflow/state-machines.js'
import type { TaskRecord, TaskView } from '../workflow/task-record.js'
import type { CommandService } from './command-service.js'
import type { BulkService } from './people/bulk-service.js'
import { assertAnnotation, assertTaskEdit } from './people/command-checks.js'
import type { PauseService } from './people/pause-service.js'
import type { RerunService } from './people/rerun-service.js'
import type { TaskCreator } from './task-creator.js'
import type { TaskWaits } from './task-waits.js'
import { untilEnded } from './until-ended.js'

export interface TaskServiceParts {
  readonly creator: TaskCreator
  readonly commands: CommandService
  readonly waits: TaskWaits
  readonly pauses: PauseService
  readonly reruns: RerunService
  readonly bulk: BulkService
}

/** `tasker.tasks`. */
export class TaskService implements TasksApi {
  readonly #store: Store
  readonly #creator: TaskCreator
  readonly #commands: CommandService
  readonly #waits: TaskWaits
  readonly #pauses: PauseService
  readonly #reruns: RerunService
  readonly #bulk: BulkService
  readonly #onWait: () => void

  /** @param onWait called when somebody begins to wait for a task that has not ended */
  constructor(store: Store, { creator, commands, waits, pauses, reruns, bulk }: TaskServiceParts, onWait: () => void) {
    this.#store = store
    this.#pauses = pauses
    this.#reruns = reruns
    this.#bulk = bulk
    this.#creator = creator
    this.#commands = commands
    this.#waits = waits
    this.#onWait = onWait
  }

  create(task: DefinedTask | TaskRequest, options: TaskRequestOptions & CreateOptions = {}): Promise<CreatedTask> {
    const { signal, ...asked } = options
    if (!isDefinedTask(task)) return this.#creator.create(task, { signal })
    const { namespace, name, version } = task.definition
    return this.#creator.create({ ...asked, namespace, name, version }, { defined: task, signal })
  }

  createMany(
    tasks: DefinedTask | readonly TaskRequest[],
    requests: readonly TaskRequestOptions[] = [],
  ): Promise<readonly CreatedTask[]> {
    if (!isDefinedTask(tasks)) return this.#creator.createMany(tasks)
    const { namespace, name, version } = tasks.definition
    return this.#creator.createMany(
      requests.map((options) => ({ ...options, namespace, name, version })),
      tasks,
    )
  }

  async wait(task: TaskReference, { timeoutMs, signal }: WaitOptions = {}): Promise<TaskView> {
    const taskId = idOf(task)
    const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs
    while (true) {
      const patience = { timeoutMs, deadline, signal, onUnfinished: this.#onWait }
      const view = (await untilEnded(this.#waits, taskId, patience)) ?? (await this.#require(taskId))
      // What was told of may be undone by now: a person may have asked for another try.
      if (isOver(view)) return view
    }
  }

  get(task: TaskReference): Promise<TaskView | undefined> {
    return this.#store.getTask(idOf(task))
  }

  list(filter: TaskFilter = {}, page: Page = {}): Promise<PageOf<TaskRecord>> {
    return this.#store.listTasks(filter, page)
  }

  count(filter: TaskFilter = {}): Promise<Readonly<Record<TaskState, number>>> {
    return this.#store.countTasks(filter)
  }

  cancel(task: TaskReference, options: CommandOptions = {}): Promise<TaskView> {
    return this.#command('task.cancel', task, options)
  }

  resolve(task: TaskReference, options: CommandOptions = {}): Promise<TaskView> {
    return this.#command('task.resolve', task, options)
  }

  retry(task: TaskReference, options: CommandOptions = {}): Promise<TaskView> {
    return this.#command('task.retry', task, options)
  }

  async update(task: TaskReference, edit: TaskEdit, options: CommandOptions = {}): Promise<TaskView> {
    assertTaskEdit(edit)
    return this.#command('task.update', task, options, { ...edit })
  }

  async annotate(
    task: TaskReference,
    annotation: Pick<Annotation, 'type' | 'value'>,
    options: CommandOptions = {},
  ): Promise<Annotation> {
    assertAnnotation(annotation)
    const { type, value } = annotation
    const taskId = idOf(task)
    const id = await this.#commands.send({ ...options, kind: 'task.annotate', taskId, args: { type, value } })
    return annotationOf((await this.#store.getChange(id))!)
  }

  async annotations(task: TaskReference, page?: Page): Promise<PageOf<Annotation>> {
    const { items, ...rest } = await this.#store.listChanges({ taskId: idOf(task), kind: 'task.annotate' }, page)
    return { ...rest, items: items.map(annotationOf) }
  }

  changes(task: TaskReference, page?: Page): Promise<PageOf<ChangeRecord>> {
    return this.#store.listChanges({ taskId: idOf(task) }, page)
  }

  pause(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  pause(type: TaskType, options?: CommandOptions): Promise<PauseRecord>
  pause(subject: TaskReference | TaskType, options: CommandOptions = {}): Promise<TaskView | PauseRecord> {
    return isTaskType(subject)
      ? this.#pauses.pauseType(subject, options)
      : this.#command('task.pause', subject, options)
  }

  resume(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  resume(type: TaskType, options?: CommandOptions): Promise<boolean>
  resume(subject: TaskReference | TaskType, options: CommandOptions = {}): Promise<TaskView | boolean> {
    return isTaskType(subject)
      ? this.#pauses.resumeType(subject, options)
      : this.#command('task.resume', subject, options)
  }

  async rerun(task: TaskReference, options: RerunOptions): Promise<CreatedTask> {
    return this.#reruns.rerun(idOf(task), options)
  }

  pauses(): Promise<readonly PauseRecord[]> {
    return this.#pauses.list()
  }

  cancelMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.tasks('task.cancel', filter, options)
  }

  resolveMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.tasks('task.resolve', filter, options)
  }

  retryMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.tasks('task.retry', filter, options)
  }

  async updateMany(filter: TaskFilter, edit: TaskEdit, options?: BulkOptions): Promise<BulkReport> {
    assertTaskEdit(edit)
    return this.#bulk.tasks('task.update', filter, options, { ...edit })
  }

  async annotateMany(
    filter: TaskFilter,
    annotation: Pick<Annotation, 'type' | 'value'>,
    options?: BulkOptions,
  ): Promise<BulkReport> {
    assertAnnotation(annotation)
    const { type, value } = annotation
    return this.#bulk.tasks('task.annotate', filter, options, { type, value })
  }

  pauseMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.tasks('task.pause', filter, options)
  }

  resumeMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport> {
    return this.#bulk.tasks('task.resume', filter, options)
  }

  async #command(
    kind: CommandKind,
    task: TaskReference,
    options: CommandOptions,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<TaskView> {
    const taskId = idOf(task)
    await this.#commands.send({ ...options, kind, taskId, args })
    return this.#require(taskId)
  }

  async #require(taskId: string): Promise<TaskView> {
    const view = await this.#store.getTask(taskId)
    if (view === undefined) throw new TaskNotFoundError(taskId)
    return view
  }
}

/** A task has an id; a type of tasks has none, and a name. */
function isTaskType(subject: TaskReference | TaskType): subject is TaskType {
  return typeof subject === 'object' && subject !== null && !('id' in subject) && 'name' in subject
}

function annotationOf({ id, taskId, data, actor, reason, changedAt }: ChangeRecord): Annotation {
  const { type, value } = data as Pick<Annotation, 'type' | 'value'>
  return { id, taskId: taskId!, type, value, actor, reason, annotatedAt: changedAt }
}

/** The id of a task given as itself or by its id. */
export function idOf(task: TaskReference): string {
  const id: unknown = typeof task === 'object' && task !== null ? task.id : task
  if (typeof id !== 'string') throw new TaskReferenceError(task)
  return id
}
