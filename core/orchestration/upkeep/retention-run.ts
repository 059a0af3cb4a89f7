import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../contracts/clock.js'
import type { LogUpkeepStore } from '../../contracts/log-upkeep.js'
import type { RetentionResult, RetentionRunOptions } from '../../contracts/retention.js'
import { isTaskerError } from '../../errors/tasker-error.js'

/** A holder that has done nothing for so long, in milliseconds, has been lost: a step takes some ten. */
const leaseMs = 60_000
/** The shortest pause between two steps, in milliseconds; a step that took longer is followed by a pause as long. */
const leastPauseMs = 5
/** Entries of one step, where it is not about whole tasks. */
const entriesPerStep = 1_000
/** How often a partition that somebody reads is tried again in one run. */
const dropTries = 3

export interface RetentionRunParts {
  readonly store: LogUpkeepStore
  readonly clock: Pick<Clock, 'now'>
  /** A name that no other run has. */
  readonly holder: string
  readonly finishedTasksMs: number
  readonly batchSize: number
}

/** One run of retention: whole tasks first, then partitions. Stopped anywhere, the next run goes on with what is left. */
export class RetentionRun {
  readonly #parts: RetentionRunParts
  readonly #options: RetentionRunOptions
  #tasks = 0
  #entries = 0
  #moved = 0
  readonly #partitions: string[] = []
  #isHolder = false

  constructor(parts: RetentionRunParts, options: RetentionRunOptions = {}) {
    this.#parts = parts
    this.#options = options
  }

  async run(): Promise<RetentionResult> {
    const { store, holder } = this.#parts
    this.#isHolder = await store.beginRetention(holder, leaseMs)
    if (!this.#isHolder) return this.#result
    try {
      await this.#takeTasks()
      await this.#takeTaskless()
      await this.#dropPartitions()
      await store.endRetention(holder)
    } catch (error) {
      if (!isTaskerError(error) || error.code !== 'RETENTION_LOST') {
        await store.endRetention(holder).catch(() => undefined)
        throw error
      }
      this.#isHolder = false
    }
    return this.#result
  }

  async #takeTasks(): Promise<void> {
    const { store, clock, holder, finishedTasksMs, batchSize: limit } = this.#parts
    const finishedBefore = new Date(clock.now() - finishedTasksMs).toISOString()
    for (let after: string | undefined; !this.#isStopped; ) {
      const request = { holder, finishedBefore, limit, ...(after === undefined ? {} : { after }) }
      const { next } = await this.#step(() => store.takeFinishedTasks(request))
      if (next === undefined) return
      after = next
    }
  }

  async #takeTaskless(): Promise<void> {
    const { store, holder, finishedTasksMs } = this.#parts
    while (!this.#isStopped) {
      const { entries } = await this.#step(() => store.takeTasklessEntries(holder, finishedTasksMs, entriesPerStep))
      if (entries === 0) return
    }
  }

  async #dropPartitions(): Promise<void> {
    const { store, finishedTasksMs } = this.#parts
    for (const partition of await store.expiredPartitions(finishedTasksMs)) {
      await this.#empty(partition)
      await this.#drop(partition)
    }
  }

  async #empty(partition: string): Promise<void> {
    const { store, holder } = this.#parts
    while (!this.#isStopped) {
      const moved = await this.#step(async () => ({
        tasks: 0,
        entries: 0,
        moved: await store.moveForward(holder, partition, entriesPerStep),
      }))
      if (moved.moved === 0) return
      this.#moved += moved.moved
    }
  }

  async #drop(partition: string): Promise<void> {
    const { store, holder } = this.#parts
    for (let tries = 1; tries <= dropTries && !this.#isStopped; tries++) {
      const dropped = await store.dropLogPartition(holder, partition)
      if (dropped !== undefined) {
        this.#partitions.push(partition)
        await this.#step(async () => dropped)
        return
      }
      await sleep(leastPauseMs * 20)
    }
  }

  async #step<T extends { readonly tasks: number; readonly entries: number }>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const taken = await work()
    this.#tasks += taken.tasks
    this.#entries += taken.entries
    this.#options.onProgress?.(this.#result)
    // The database belongs to the workers: half of its time at most.
    await sleep(Math.max(leastPauseMs, performance.now() - startedAt))
    return taken
  }

  get #isStopped(): boolean {
    return this.#options.signal?.aborted === true
  }

  get #result(): RetentionResult {
    return {
      tasks: this.#tasks,
      entries: this.#entries,
      moved: this.#moved,
      partitions: [...this.#partitions],
      isHolder: this.#isHolder,
    }
  }
}
