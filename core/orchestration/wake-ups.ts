import type { Logger } from '../contracts/logger.js'
import type { Queue, WakeUp } from '../contracts/queue.js'
import type { Alongside, TaskWrite } from '../contracts/store.js'
import type { TaskerError } from '../errors/tasker-error.js'
import type { WorkflowReason } from '../events/event-vocabularies.js'
import type { TaskRecord } from '../workflow/task-record.js'
import { isDatabaseAway } from './database-watch.js'
import { toErrorRecord } from './error-record.js'
import { aboutTask, type EventSubject, fullNameOf, type LifecyclePublisher } from './lifecycle-publisher.js'

/** The queue could not be asked in the transaction of a commit. */
export class WakeUpsRefused extends Error {
  constructor(override readonly cause: unknown) {
    super('the queue could not be asked')
  }
}

/** A task that goes on the queue, once the commit that says so has returned. */
interface Enqueued {
  readonly task: TaskRecord
  /** The time of the commit, in milliseconds since 1970. */
  readonly now: number
  readonly subject: EventSubject
}

/**
 * Puts tasks on the queue and tells about it. A wake-up that fails is only reported: the tasks table holds the due time, and
 * the worker's own look finds the task by it.
 */
export class WakeUps {
  readonly #queue: Queue
  readonly #publisher: LifecyclePublisher
  readonly #log: Logger
  #waiting: WakeUp[] = []
  #asking: Promise<void> | undefined
  #isFailing = false

  constructor(queue: Queue, publisher: LifecyclePublisher, log: Logger) {
    this.#queue = queue
    this.#publisher = publisher
    this.#log = log
  }

  get queueName(): string {
    return this.#queue.name
  }

  /** What a commit of these writes is to have asked in its transaction; undefined if nothing is. */
  within(writes: readonly TaskWrite[]): Alongside | undefined {
    if (!this.#queue.isTransactional || writes.every(({ wakeAt }) => wakeAt === undefined)) return undefined
    return async (transaction, written) => {
      const wakeUps = written.flatMap(({ task, wakeAt }) => (wakeAt === undefined ? [] : [wakeUpOf(task, wakeAt)]))
      if (wakeUps.length === 0) return
      try {
        await this.#queue.wake(transaction, wakeUps)
      } catch (error) {
        // Nothing is wrong with the writes, nor with the database where only the tables of the queue are missing or locked.
        throw isConnectionLost(error) ? error : new WakeUpsRefused(error)
      }
    }
  }

  /**
   * Puts a task on the queue that is new, or was set back by a command.
   *
   * @param failure why its commit could not ask for it
   */
  async enqueue(task: TaskRecord, now: number, subject: EventSubject, failure?: unknown): Promise<void> {
    try {
      await this.#ask(task, now, failure)
      this.#publishEnqueued({ task, now, subject })
    } catch (error) {
      this.#reportFailure(error, task)
    }
  }

  /**
   * Puts a task that was set back on the queue again, and publishes how that went.
   *
   * @param failure why its commit could not ask for it
   */
  async enqueueAgain(
    task: TaskRecord,
    reason: WorkflowReason,
    now: number,
    subject: EventSubject,
    failure?: unknown,
  ): Promise<void> {
    const about = aboutTask(task)
    try {
      await this.#ask(task, now, failure)
    } catch (error) {
      this.#reportFailure(error, task)
      const described = toErrorRecord(error)
      this.#publisher.publish('workflow.task_reenqueue_failed', subject, () => ({ ...about, reason, error: described }))
      return
    }
    const { dueAt, delayMs } = dueTime(task, now)
    if (delayMs > 0) {
      this.#publisher.publish('workflow.task_reenqueue_delayed', subject, () => ({ ...about, reason, dueAt, delayMs }))
    } else {
      const queue = this.#queue.name
      this.#publisher.publish('workflow.task_reenqueue_requested', subject, () => ({ ...about, reason, queue }))
    }
    this.#publishEnqueued({ task, now, subject })
  }

  /** What comes up in one turn of the event loop, as what one commit serves does, is asked for in one call. */
  #ask(task: TaskRecord, now: number, failure: unknown): Promise<void> {
    if (failure !== undefined) return Promise.reject(failure)
    if (this.#queue.isTransactional) return Promise.resolve()
    this.#waiting.push(wakeUpOf(task, dueTime(task, now).dueAt))
    this.#asking ??= Promise.resolve().then(() => {
      const wakeUps = this.#waiting
      this.#waiting = []
      this.#asking = undefined
      return this.#queue.wake(undefined, wakeUps)
    })
    return this.#asking
  }

  /** A queue that is away fails for every task: one line says it. */
  #reportFailure(error: unknown, { id: taskId }: TaskRecord): void {
    const level = this.#isFailing ? 'debug' : 'warn'
    this.#isFailing = true
    this.#log[level]({ err: error, taskId, queue: this.#queue.name }, 'a wake-up failed; tasks are found by looking')
  }

  #publishEnqueued({ task, now, subject }: Enqueued): void {
    this.#isFailing = false
    this.#publisher.publish('observability.task.enqueue', subject, () => ({
      ...aboutTask(task),
      queue: this.#queue.name,
      delayMs: dueTime(task, now).delayMs,
      priority: task.priority,
    }))
  }
}

function wakeUpOf(task: TaskRecord, runAt: string): WakeUp {
  return { taskId: task.id, runAt, kind: fullNameOf(task), priority: task.priority }
}

function dueTime({ dueAt }: TaskRecord, now: number): { readonly dueAt: string; readonly delayMs: number } {
  const time = dueAt ?? new Date(now).toISOString()
  return { dueAt: time, delayMs: Math.max(0, Date.parse(time) - now) }
}

function isConnectionLost(error: unknown): boolean {
  return isDatabaseAway(error) && (error as TaskerError).details.reason === 'connection'
}
