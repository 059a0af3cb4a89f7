import type { TaskState } from '../workflow/state-machines.js'
import type { Page, PageOf, TaskFilter } from './store.js'
import type { DefinedTask } from './task-definition.js'
import type { StepView, TaskRecord, TaskView } from './task-record.js'
import type { CommandOptions, TaskRequest, TaskRequestOptions } from './task-request.js'

/** What creating a task gives: its row. */
export type CreatedTask = TaskRecord & {
  /** Nothing was created: the task of an earlier request of the same identity, as it is now. Absent on a new one. */
  readonly isDuplicate?: true
}

/** A task, or its id. */
export type TaskReference = string | { readonly id: string }

/** Context type of a defined task, for typed creation. */
export type ContextOf<T> = T extends { readonly '~context'?: infer C } ? Exclude<C, undefined> : unknown

export interface WaitOptions {
  /** Default: for ever. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** How long a caller waits for the creation of a task, which waits for the database while that is away. */
export interface CreateOptions {
  /** Gives up waiting: `AbortSignal.timeout(5_000)`. Default: for ever. */
  readonly signal?: AbortSignal
}

/** `tasker.tasks`: the life of tasks, from any process. */
export interface TasksApi {
  /**
   * Stores a new task and gives it back; it runs as soon as a worker has room. While the database is away it waits, and is stored
   * when that is back, unless the signal ends the wait or the instance is stopped before.
   *
   * Where the request has an identity that an earlier one has had, nothing is created: the task of that one is given, with
   * `isDuplicate: true`.
   *
   * @throws CreationGivenUpError when the signal fires; it says whether the task may exist all the same
   * @throws DatabaseUnavailableError or DatabaseClosedError when the instance stops first; the former also where 10 000 wait already
   */
  create<T extends DefinedTask>(
    task: T,
    options?: TaskRequestOptions & CreateOptions & { readonly context?: ContextOf<T> },
  ): Promise<CreatedTask>
  create(request: TaskRequest, options?: CreateOptions): Promise<CreatedTask>
  /**
   * Stores many new tasks in one call: thousands take a few statements. All are checked before the first is stored. Of several with
   * one identity the first is stored, and the others are its duplicates.
   *
   * @throws TaskOfManyRefusedError if one of them is refused by a check: then nothing is stored
   * @throws TasksNotCreatedError if the database refuses some: it says which were stored
   * @example
   * await tasker.tasks.createMany(processOrder, orders.map(({ id }) => ({ context: { orderId: id } })))
   */
  createMany<T extends DefinedTask>(
    task: T,
    requests: readonly (TaskRequestOptions & { readonly context?: ContextOf<T> })[],
  ): Promise<readonly CreatedTask[]>
  createMany(requests: readonly TaskRequest[]): Promise<readonly CreatedTask[]>
  /** Waits until the task is complete, cancelled, resolved_manually or in error, and gives it with its steps. */
  wait(task: TaskReference, options?: WaitOptions): Promise<TaskView>
  get(task: TaskReference): Promise<TaskView | undefined>
  list(filter?: TaskFilter, page?: Page): Promise<PageOf<TaskRecord>>
  count(filter?: TaskFilter): Promise<Readonly<Record<TaskState, number>>>
  cancel(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  resolve(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  retry(task: TaskReference, options?: CommandOptions): Promise<TaskView>
}

/** A step by its task and name, or `TASK_ID/NAME`. */
export type StepReference = { readonly task: TaskReference; readonly step: string } | string

/** `tasker.steps` */
export interface StepsApi {
  get(step: StepReference): Promise<StepView>
  /** Cancels its pending dependents as well, unless `propagate: false`, which makes it a skip. */
  cancel(step: StepReference, options?: CommandOptions & { readonly propagate?: boolean }): Promise<StepView>
  retry(step: StepReference, options?: CommandOptions & { readonly newKey?: boolean }): Promise<StepView>
  resolve(step: StepReference, options?: CommandOptions & { readonly results?: unknown }): Promise<StepView>
  skip(step: StepReference, options?: CommandOptions): Promise<StepView>
}
