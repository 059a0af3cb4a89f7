import type { Ownership } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import type { RunnerServices } from './runner-services.js'
import type { TaskRunner } from './task-runner.js'

/** How long the answer of a claim may be on its way, in milliseconds: far longer than one takes on a busy machine. */
const answerMs = 1_000

interface Suspect {
  readonly epoch: number
  /** When it was first seen, in milliseconds of `performance.now()`. */
  readonly since: number
}

/**
 * Compares what the table says that this worker owns with what it holds.
 *
 * A task that another worker has taken over while this one was deaf is dropped at once, its handlers interrupted, instead of at its
 * next commit, which may be an hour away. A stray, owned by this worker and not held by it, comes from a claim whose answer was
 * lost with its connection: nobody would ever touch it, because its owner lives. It is released when it has been seen for a second,
 * so that a claim whose answer is only on its way is let alone; taking one for a stray would do no harm, as its writes are fenced.
 */
export class OwnershipCheck {
  readonly #services: RunnerServices
  readonly #runners: ReadonlyMap<string, TaskRunner>
  /** The tasks that were owned and not held at the last look. */
  #suspects: ReadonlyMap<string, Suspect> = new Map()

  constructor(services: RunnerServices, runners: ReadonlyMap<string, TaskRunner>) {
    this.#services = services
    this.#runners = runners
  }

  /** Looks once; gives the strays that it has released. */
  async look(): Promise<readonly TaskRecord[]> {
    const { store, workerId } = this.#services
    const held = [...this.#runners.values()]
    const rows = await store.ownership(
      workerId,
      held.map(({ taskId }) => taskId),
    )
    const epochs = new Map(rows.map(({ taskId, epoch }) => [taskId, epoch]))
    for (const runner of held) runner.noteEpoch(epochs.get(runner.taskId))
    return this.#releaseStrays(rows.filter(({ ownerId, taskId }) => ownerId === workerId && !this.#runners.has(taskId)))
  }

  async #releaseStrays(owned: readonly Ownership[]): Promise<readonly TaskRecord[]> {
    const now = performance.now()
    const suspects = new Map(owned.map(({ taskId, epoch }) => [taskId, this.#suspectOf(taskId, epoch, now)]))
    const strays = owned.filter(({ taskId }) => now - suspects.get(taskId)!.since >= answerMs)
    this.#suspects = suspects
    const released: TaskRecord[] = []
    for (const stray of strays) {
      const task = await this.#services.store.releaseStray(stray, this.#now)
      if (task) released.push(task)
    }
    return released
  }

  #suspectOf(taskId: string, epoch: number, now: number): Suspect {
    const before = this.#suspects.get(taskId)
    return before?.epoch === epoch ? before : { epoch, since: now }
  }

  get #now(): string {
    return new Date(this.#services.clock.now()).toISOString()
  }
}
