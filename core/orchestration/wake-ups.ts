import type { Logger } from '../contracts/logger.js'
import type { Queue } from '../contracts/queue.js'
import type { WorkflowReason } from '../events/event-vocabularies.js'
import type { TaskRecord } from '../workflow/task-record.js'
import { toErrorRecord } from './error-record.js'
import { aboutTask, type EventSubject, type LifecyclePublisher } from './lifecycle-publisher.js'

/**
 * Puts tasks on the queue and tells about it. A wake-up that fails is only reported: the tasks table holds the due time, and
 * the sweeper finds the task by it.
 */
export class WakeUps {
  readonly #queue: Queue
  readonly #publisher: LifecyclePublisher
  readonly #log: Logger

  constructor(queue: Queue, publisher: LifecyclePublisher, log: Logger) {
    this.#queue = queue
    this.#publisher = publisher
    this.#log = log
  }

  get queueName(): string {
    return this.#queue.name
  }

  /** Puts a new task on the queue. */
  async enqueue(task: TaskRecord, now: number, subject: EventSubject): Promise<void> {
    const dueAt = task.dueAt ?? new Date(now).toISOString()
    try {
      await this.#queue.wake(undefined, task.id, dueAt)
      this.#publishEnqueued(task, Math.max(0, Date.parse(dueAt) - now), subject)
    } catch (error) {
      this.#log.warn({ err: error, taskId: task.id }, 'the wake-up of a new task failed; the sweeper will find it')
    }
  }

  /** Puts a task that was set back on the queue again, and publishes how that went. */
  async enqueueAgain(task: TaskRecord, reason: WorkflowReason, now: number, subject: EventSubject): Promise<void> {
    const about = aboutTask(task)
    const dueAt = task.dueAt ?? new Date(now).toISOString()
    const delayMs = Math.max(0, Date.parse(dueAt) - now)
    try {
      await this.#queue.wake(undefined, task.id, dueAt)
    } catch (error) {
      this.#log.warn({ err: error, taskId: task.id }, 're-enqueueing a task failed; the sweeper will find it')
      const described = toErrorRecord(error)
      this.#publisher.publish('workflow.task_reenqueue_failed', subject, () => ({ ...about, reason, error: described }))
      return
    }
    if (delayMs > 0) {
      this.#publisher.publish('workflow.task_reenqueue_delayed', subject, () => ({ ...about, reason, dueAt, delayMs }))
    } else {
      const queue = this.#queue.name
      this.#publisher.publish('workflow.task_reenqueue_requested', subject, () => ({ ...about, reason, queue }))
    }
    this.#publishEnqueued(task, delayMs, subject)
  }

  #publishEnqueued(task: TaskRecord, delayMs: number, subject: EventSubject): void {
    this.#publisher.publish('observability.task.enqueue', subject, () => ({
      ...aboutTask(task),
      queue: this.#queue.name,
      delayMs,
      priority: task.priority,
    }))
  }
}
