import type { TaskRecord } from '../contracts/task-record.js'
import type { RecoveryAction } from '../events/event-vocabularies.js'
import { aboutTask } from './lifecycle-publisher.js'
import type { RunnerServices } from './runner-services.js'

/**
 * Enforces that every unfinished task has a live owner, a due time, or a reason to be parked with a time to look again, and tells
 * what it repaired: an event, a line in the log, a count.
 */
export class Sweeper {
  readonly #services: RunnerServices
  #repairs = 0

  constructor(services: RunnerServices) {
    this.#services = services
  }

  /** How many tasks it has repaired since the worker began. */
  get repairs(): number {
    return this.#repairs
  }

  /** Gives how many tasks it has repaired now. */
  async sweep(): Promise<number> {
    const { store, clock } = this.#services
    const now = new Date(clock.now()).toISOString()
    const repairs = await store.repairStuck(now)
    for (const { task, finding } of repairs) this.#report(task, finding)
    await store.removeLostWorkers()
    await store.removeStrayCommands(now)
    return repairs.length
  }

  /** Tells of tasks that this worker owned without holding them. */
  reportStrays(released: readonly TaskRecord[]): void {
    const { workerId } = this.#services
    for (const task of released) this.#report(task, `${task.state} and owned by ${workerId}, which does not hold it`)
  }

  #report(task: TaskRecord, finding: string): void {
    const { publisher, log } = this.#services
    this.#repairs += 1
    const isUnfinished = task.state === 'pending' || task.state === 'in_progress'
    const action: RecoveryAction = isUnfinished ? 'requeued' : 'reported'
    const repair = isUnfinished ? 'it was made due' : 'its owner was taken off'
    log.error({ taskId: task.id, finding }, `the state of a task contradicted itself; ${repair}`)
    const about = { taskId: task.id, correlationId: task.correlationId }
    publisher.publish('workflow.task_state_unclear', about, () => ({ ...aboutTask(task), finding, action }))
  }
}
