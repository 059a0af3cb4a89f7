import type { ClaimedTask } from '../contracts/store.js'
import type { OrchestrationCause } from '../events/event-vocabularies.js'
import type { TaskRecord } from '../workflow/task-record.js'
import { aboutTask, type LifecyclePublisher } from './lifecycle-publisher.js'

/** Most published requests that are remembered until their claim. */
const maxRemembered = 10_000

/** Publishes that a task is asked to run, once for each run: whoever creates or reopens it does, or else whoever claims it. */
export class RunRequests {
  readonly #publisher: LifecyclePublisher
  /** Tasks whose request this process has published: their claim does not repeat it. */
  readonly #published = new Set<string>()
  /** Tasks that this process is creating: a claim of one may answer before the commit that creates it does. */
  readonly #expected = new Set<string>()

  constructor(publisher: LifecyclePublisher) {
    this.#publisher = publisher
  }

  /** The oldest are forgotten beyond a number: what another process claims is never taken out by a claim here. */
  notePublished(taskId: string): void {
    this.#published.add(taskId)
    if (this.#published.size > maxRemembered) this.#published.delete(this.#published.values().next().value!)
  }

  /** A task is about to be created here. */
  expect(taskId: string): void {
    this.#expected.add(taskId)
  }

  /** A task has been created here: its request is published, unless its claim was first. */
  created(task: TaskRecord): void {
    if (!this.#expected.delete(task.id)) return
    this.#publish(task, 'created')
    this.notePublished(task.id)
  }

  /** The creation of a task has come to its end, whether there is the task or not. */
  forget(taskId: string): void {
    this.#expected.delete(taskId)
  }

  /** A task is run by those who have published its request. */
  takenUp(taskId: string): void {
    this.#published.delete(taskId)
  }

  /** A task is claimed because the child that it waited for has ended. */
  claimedForChild({ task }: ClaimedTask): void {
    this.#published.delete(task.id)
    this.#publish(task, 'child_finished')
  }

  claimed({ task, previousOwnerId }: ClaimedTask): void {
    if (this.#published.delete(task.id)) return
    this.#expected.delete(task.id)
    const isNew = task.startedAt === null && previousOwnerId === null
    const cause: OrchestrationCause = previousOwnerId !== null ? 'recovered' : isNew ? 'created' : 'due'
    this.#publish(task, cause)
  }

  #publish(task: TaskRecord, cause: OrchestrationCause): void {
    const about = { taskId: task.id, correlationId: task.correlationId }
    this.#publisher.publish('workflow.orchestration_requested', about, () => ({ ...aboutTask(task), cause }))
  }
}
