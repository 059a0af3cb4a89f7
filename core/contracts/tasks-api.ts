import type { TaskState } from '../workflow/state-machines.js'
import type { Page, PageOf, TaskFilter } from './store.js'
import type { DefinedTask } from './task-definition.js'
import type { StepView, TaskRecord, TaskView } from './task-record.js'
import type { CommandOptions, TaskRequest, TaskRequestOptions } from './task-request.js'

/** A task, or its id. */
export type TaskReference = string | { readonly id: string }

/** Context type of a defined task, for typed creation. */
export type ContextOf<T> = T extends { readonly '~context'?: infer C } ? Exclude<C, undefined> : unknown

export interface WaitOptions {
  /** Default: for ever. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** `tasker.tasks`: the life of tasks, from any process. */
export interface TasksApi {
  /** Stores a new task and gives it back; it runs as soon as a worker has room. */
  create<T extends DefinedTask>(
    task: T,
    options?: TaskRequestOptions & { readonly context?: ContextOf<T> },
  ): Promise<TaskRecord>
  create(request: TaskRequest): Promise<TaskRecord>
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
