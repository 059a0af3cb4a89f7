import type { Listening } from '../contracts/signals.js'
import type { Store, TaskOwnership } from '../contracts/store.js'
import type { TaskView } from '../contracts/task-record.js'
import type { TaskState } from '../workflow/state-machines.js'
import { isDatabaseAway } from './database-watch.js'
import type { Mailbox } from './mailbox.js'
import type { TaskEnds } from './task-ends.js'
import type { Worker } from './worker.js'

/** When a task that somebody waits for is looked at, in milliseconds: doubled from the first look to the longest wait. */
const firstLookMs = 5
const longestLookMs = 250
/** The same for a task whose owner will tell when it has ended: only for what gets lost. */
const watchedLookMs = 1_000
/** Most tasks in one look. */
const maxLook = 1_000

/** What a look at a task found, or what was told of it: with all of it where it has ended here. */
export type FoundTask = Pick<TaskOwnership, 'state'> & { readonly view?: TaskView | undefined }

/** Called with what was found; undefined: there is no such task. */
export type WaitCallback = (found: FoundTask | Error | undefined) => void

/** A task that somebody waits for. */
interface AwaitedTask {
  readonly id: string
  readonly callers: Set<WaitCallback>
  /** In milliseconds of `performance.now()`. */
  lookAt: number
  lookMs: number
  /** The other kernel that was asked to tell. */
  watchedBy: string | undefined
}

/**
 * Everybody of this process who waits for tasks. What ends here is told by the bus, what ends elsewhere by its owner; besides, all
 * tasks together are looked at in one statement, seldom where somebody will tell.
 */
export class TaskWaits {
  readonly #store: Store
  readonly #worker: Worker
  readonly #mailbox: Mailbox
  readonly #tasks = new Map<string, AwaitedTask>()
  #mailboxOpen: Listening | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the timer fires, in milliseconds of `performance.now()`. */
  #nextLookAt = Number.POSITIVE_INFINITY
  #isLooking = false

  constructor(store: Store, worker: Worker, mailbox: Mailbox, ends: TaskEnds) {
    this.#store = store
    this.#worker = worker
    this.#mailbox = mailbox
    ends.onEnd((taskId, state) => this.#tell(taskId, state))
    mailbox.on('look', ({ taskId }) => this.lookNow(taskId))
    mailbox.onGap(() => {
      for (const { id } of this.#tasks.values()) this.lookNow(id)
    })
  }

  /**
   * Calls back with what each look finds, until the function that it gives is called. The first look is at once, unless the task
   * runs here and its end will be told anyway.
   */
  watch(taskId: string, callback: WaitCallback): () => void {
    const task = this.#tasks.get(taskId) ?? newTask(taskId)
    this.#tasks.set(taskId, task)
    task.callers.add(callback)
    task.lookAt = Math.min(task.lookAt, performance.now() + (this.#worker.owns(taskId) ? longestLookMs : 0))
    this.#lookBy(task.lookAt)
    return () => {
      task.callers.delete(callback)
      if (task.callers.size === 0) this.#forget(taskId)
    }
  }

  #forget(taskId: string): void {
    this.#tasks.delete(taskId)
    if (this.#tasks.size > 0) return
    clearTimeout(this.#timer)
    this.#nextLookAt = Number.POSITIVE_INFINITY
    this.#mailboxOpen?.stop()
    this.#mailboxOpen = undefined
  }

  /** Whoever has just ended a task knows all of it: nobody has to read it. */
  #tell(taskId: string, state: TaskState): void {
    const task = this.#tasks.get(taskId)
    if (task === undefined) return
    const view = this.#worker.viewOf(taskId)
    const found = view?.state === state ? { state, view } : { state }
    for (const callback of [...task.callers]) callback(found)
  }

  /** Has the task looked at without delay, if anybody waits for it. */
  lookNow(taskId: string): void {
    const task = this.#tasks.get(taskId)
    if (task === undefined) return
    task.lookAt = 0
    this.#lookBy(0)
  }

  #lookBy(time: number): void {
    // A look under way plans the next one when it has returned.
    if (this.#isLooking || time >= this.#nextLookAt) return
    clearTimeout(this.#timer)
    this.#nextLookAt = time
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, time - performance.now()))
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    this.#nextLookAt = Number.POSITIVE_INFINITY
    const now = performance.now()
    const due = [...this.#tasks.values()].filter(({ lookAt }) => lookAt <= now + 1).slice(0, maxLook)
    for (const task of due) task.lookAt = Number.POSITIVE_INFINITY
    try {
      const found = await this.#store.taskOwnership(due.map(({ id }) => id))
      const byId = new Map(found.map((each) => [each.id, each]))
      for (const task of due) this.#take(task, byId.get(task.id))
    } catch (error) {
      this.#fail(due, error as Error)
    }
    this.#isLooking = false
    let next = Number.POSITIVE_INFINITY
    for (const { lookAt } of this.#tasks.values()) next = Math.min(next, lookAt)
    this.#lookBy(next)
  }

  #take(task: AwaitedTask, found: TaskOwnership | undefined): void {
    this.#planNext(task, found)
    for (const callback of [...task.callers]) callback(found)
  }

  /** A database that does not answer is waited for: the tasks go on when it is back. */
  #fail(due: readonly AwaitedTask[], error: Error): void {
    for (const task of due) {
      task.lookAt = performance.now() + longestLookMs
      if (!isDatabaseAway(error)) for (const callback of [...task.callers]) callback(error)
    }
  }

  #planNext(task: AwaitedTask, found: TaskOwnership | undefined): void {
    const ownerId = found?.ownerId ?? null
    const isElsewhere = ownerId !== null && ownerId !== this.#worker.id
    // Told in the meantime: then the next look is due already.
    if (task.lookAt !== Number.POSITIVE_INFINITY) return
    if (isElsewhere && this.#mailbox.reachesOthers) {
      if (task.watchedBy !== ownerId) this.#askToTell(task, ownerId)
      task.lookAt = performance.now() + watchedLookMs
      return
    }
    task.watchedBy = undefined
    task.lookMs = ownerId === this.#worker.id ? longestLookMs : Math.min(task.lookMs * 2, longestLookMs)
    task.lookAt = performance.now() + task.lookMs
  }

  #askToTell(task: AwaitedTask, ownerId: string): void {
    task.watchedBy = ownerId
    this.#mailboxOpen ??= this.#mailbox.open()
    const { id: taskId } = task
    // Not before the reply can be heard. The owner replies at once if the task is no longer its own.
    void this.#mailboxOpen.active.then(() => {
      if (this.#tasks.get(taskId)?.watchedBy === ownerId)
        this.#mailbox.send(ownerId, { kind: 'watch', taskId, replyTo: this.#mailbox.id })
    })
  }
}

function newTask(id: string): AwaitedTask {
  const lookAt = Number.POSITIVE_INFINITY
  return { id, callers: new Set(), lookAt, lookMs: firstLookMs, watchedBy: undefined }
}
