import type { TaskState } from '../workflow/state-machines.js'
import type { Actor } from './actor.js'
import type { BulkOptions, BulkReport } from './bulk.js'
import type { ChangeRecord } from './changes.js'
import type { CreatedTask } from './created-task.js'
import type { PauseRecord, TaskType } from './pauses.js'
import type { Page, PageOf, StepFilter, TaskFilter } from './store.js'
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

/** How long a caller waits for the creation of a task, which waits for the database while that is away. */
export interface CreateOptions {
  /** Gives up waiting: `AbortSignal.timeout(5_000)`. Default: for ever. */
  readonly signal?: AbortSignal
}

/** What may be changed of a task, whatever state it is in. What is left out stays. */
export interface TaskEdit {
  /** Why there is this task: what `tasks.create()` was given as `reason`. */
  readonly reason?: string
  /** All of them: these take the place of those before. */
  readonly tags?: readonly string[]
  /** Higher runs first. Steps that wait for a place are not put in another order by it. */
  readonly priority?: number
}

/** A note on a task. */
export interface Annotation {
  readonly id: string
  readonly taskId: string
  /** What kind of note: `ticket`, `comment` … */
  readonly type: string
  /** Anything that JSON can hold. */
  readonly value: unknown
  readonly actor: Actor
  readonly reason: string
  /** ISO 8601. */
  readonly annotatedAt: string
}

/** How a task is run again. */
export interface RerunOptions extends CommandOptions {
  /** The steps to begin with: these run, and all that wait for them. */
  readonly from: string | readonly string[]
  /** Takes the place of the other task's. */
  readonly context?: unknown
  /** An exact version or a range. Default: the version of the other task. */
  readonly version?: string
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
  /**
   * Changes its reason, tags or priority, also when it has ended. Two reasons meet here: the first is that of the task, the last says
   * why it is changed.
   *
   * @throws InvalidCommandError
   * @example
   * await tasker.tasks.update(id, { tags: ['vip'], priority: 10 }, { reason: 'the customer called', actor })
   */
  update(task: TaskReference, edit: TaskEdit, options?: CommandOptions): Promise<TaskView>
  /**
   * Notes something about it, also when it has ended.
   *
   * @throws InvalidCommandError
   * @example
   * await tasker.tasks.annotate(id, { type: 'ticket', value: 'SUP-4711' }, { actor })
   */
  annotate(
    task: TaskReference,
    annotation: Pick<Annotation, 'type' | 'value'>,
    options?: CommandOptions,
  ): Promise<Annotation>
  /** What was noted about it, the oldest first. */
  annotations(task: TaskReference, page?: Page): Promise<PageOf<Annotation>>
  /** What people and programs changed of it that stands in no event: edits, notes, pauses; the oldest first. */
  changes(task: TaskReference, page?: Page): Promise<PageOf<ChangeRecord>>
  /**
   * Begins no more steps of it: what runs goes on to its end, then it waits, parked as `paused`, until it is resumed. It can be commanded
   * all the same. Its time limit, if it has one, goes on.
   *
   * @throws IllegalTransitionError if it has ended
   */
  pause(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  /**
   * The same for all tasks of a type, those that are created later included.
   *
   * @example
   * await tasker.tasks.pause({ namespace: 'payments', name: 'refund' }, { reason: 'the bank is away', actor })
   */
  pause(type: TaskType, options?: CommandOptions): Promise<PauseRecord>
  /**
   * Has it go on; at once, where it had been due.
   *
   * @throws CommandRefusedError if it is not paused by itself, but with its namespace or type
   */
  resume(task: TaskReference, options?: CommandOptions): Promise<TaskView>
  /** The same for all tasks of a type. False if it was not paused. */
  resume(type: TaskType, options?: CommandOptions): Promise<boolean>
  /**
   * Runs a task again that has ended, from a step on: as a new task, which takes over the results of what came before and says so by
   * `rerunOf`. Steps that the other task had not done run as well, where the named ones do not wait for them.
   *
   * @throws RerunRefusedError while the task is unfinished, or where a named step waits for results that there are not
   * @throws StepNotFoundError
   * @example
   * const again = await tasker.tasks.rerun(id, { from: 'charge', reason: 'the amount was wrong', actor })
   */
  rerun(task: TaskReference, options: RerunOptions): Promise<CreatedTask>
  /** The namespaces and task types that are paused. Paused tasks have `pausedAt`. */
  pauses(): Promise<readonly PauseRecord[]>
  /**
   * Cancels all tasks that fit a filter, each by a command of its own, from any process. Where the filter names no state, only those are
   * meant of which it is possible; so do the others that end in `Many`.
   *
   * @throws BulkFilterEmptyError where the filter says nothing, unless `all: true`
   * @throws InvalidCommandError where the filter cannot be meant
   * @example
   * const plan = await tasker.tasks.cancelMany({ namespace: 'payments', since }, { dryRun: true })
   * console.log(`${plan.matched} tasks`, plan.items)
   * const { done, refused } = await tasker.tasks.cancelMany({ namespace: 'payments', since }, { reason, actor })
   */
  cancelMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport>
  resolveMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport>
  retryMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport>
  updateMany(filter: TaskFilter, edit: TaskEdit, options?: BulkOptions): Promise<BulkReport>
  annotateMany(
    filter: TaskFilter,
    annotation: Pick<Annotation, 'type' | 'value'>,
    options?: BulkOptions,
  ): Promise<BulkReport>
  /** Pauses the tasks that there are now; a task type is paused for those to come as well. */
  pauseMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport>
  /** Resumes those of them that were paused by themselves. */
  resumeMany(filter: TaskFilter, options?: BulkOptions): Promise<BulkReport>
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
  /**
   * Retries all failed steps that fit a filter; `tasker.tasks.cancelMany` says more.
   *
   * @example
   * await tasker.steps.retryMany({ dependentSystem: 'gateway' }, { reason: 'it is back', actor })
   */
  retryMany(filter: StepFilter, options?: BulkOptions & { readonly newKey?: boolean }): Promise<BulkReport>
  cancelMany(filter: StepFilter, options?: BulkOptions & { readonly propagate?: boolean }): Promise<BulkReport>
  /** Resolves all with the same results. */
  resolveMany(filter: StepFilter, options?: BulkOptions & { readonly results?: unknown }): Promise<BulkReport>
  /** Skips those of them that are skippable. */
  skipMany(filter: StepFilter, options?: BulkOptions): Promise<BulkReport>
}
