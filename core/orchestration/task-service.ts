import type { Page, PageOf, Store, TaskFilter } from '../contracts/store.js'
import { type DefinedTask, isDefinedTask } from '../contracts/task-definition.js'
import type { CommandOptions, TaskRequest, TaskRequestOptions } from '../contracts/task-request.js'
import type { TaskReference, TasksApi, WaitOptions } from '../contracts/tasks-api.js'
import { TaskNotFoundError, TaskReferenceError, WaitTimeoutError } from '../errors/task-errors.js'
import type { TaskState } from '../workflow/state-machines.js'
import type { TaskRecord, TaskView } from '../workflow/task-record.js'
import type { CommandService } from './command-service.js'
import type { TaskCreator } from './task-creator.js'
import type { TaskEnds } from './task-ends.js'

/** How often a waiting caller looks at a task that another process may end, in milliseconds. */
const lookIntervalMs = 250

/** `tasker.tasks`. */
export class TaskService implements TasksApi {
  readonly #store: Store
  readonly #creator: TaskCreator
  readonly #commands: CommandService
  readonly #ends: TaskEnds
  readonly #onWait: () => void

  /** @param onWait called when somebody begins to wait for a task that has not ended */
  constructor(store: Store, creator: TaskCreator, commands: CommandService, ends: TaskEnds, onWait: () => void) {
    this.#store = store
    this.#creator = creator
    this.#commands = commands
    this.#ends = ends
    this.#onWait = onWait
  }

  create(task: DefinedTask | TaskRequest, options: TaskRequestOptions = {}): Promise<TaskRecord> {
    if (!isDefinedTask(task)) return this.#creator.create(task)
    const { namespace, name, version } = task.definition
    return this.#creator.create({ ...options, namespace, name, version }, task)
  }

  async wait(task: TaskReference, { timeoutMs, signal }: WaitOptions = {}): Promise<TaskView> {
    const taskId = idOf(task)
    const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs
    let wake = Promise.withResolvers<void>()
    const off = this.#ends.listen(taskId, () => wake.resolve())
    try {
      while (true) {
        signal?.throwIfAborted()
        const view = await this.#store.getTaskRecord(taskId)
        if (view === undefined) throw new TaskNotFoundError(taskId)
        if (view.state !== 'pending' && view.state !== 'in_progress') return await this.#require(taskId)
        this.#onWait()
        const leftMs = deadline - performance.now()
        if (leftMs <= 0) throw new WaitTimeoutError(taskId, timeoutMs!, view.state)
        const timer = setTimeout(wake.resolve, Math.min(leftMs, lookIntervalMs))
        await wake.promise
        clearTimeout(timer)
        wake = Promise.withResolvers<void>()
      }
    } finally {
      off()
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

  async #command(
    kind: 'task.cancel' | 'task.resolve' | 'task.retry',
    task: TaskReference,
    options: CommandOptions,
  ): Promise<TaskView> {
    const taskId = idOf(task)
    await this.#commands.send({ ...options, kind, taskId })
    return this.#require(taskId)
  }

  async #require(taskId: string): Promise<TaskView> {
    const view = await this.#store.getTask(taskId)
    if (view === undefined) throw new TaskNotFoundError(taskId)
    return view
  }
}

/** The id of a task given as itself or by its id. */
export function idOf(task: TaskReference): string {
  const id: unknown = typeof task === 'object' && task !== null ? task.id : task
  if (typeof id !== 'string') throw new TaskReferenceError(task)
  return id
}
