import type { Logger } from '../contracts/logger.js'
import type { Store, WorkerRecord } from '../contracts/store.js'
import { PeriodicWork } from './periodic-work.js'

/** Keeps a worker registered and alive in the database, once per worker, whatever number of tasks it owns. */
export class Heartbeat {
  readonly #store: Store
  readonly #record: WorkerRecord
  readonly #isExclusive: boolean
  readonly #beat: PeriodicWork
  #started: Promise<void> | undefined

  constructor(store: Store, record: WorkerRecord, isExclusive: boolean, intervalMs: number, log: Logger) {
    this.#store = store
    this.#record = record
    this.#isExclusive = isExclusive
    this.#beat = new PeriodicWork('the heartbeat', intervalMs, () => store.heartbeat(record.id), log)
  }

  /** Registers the worker and begins to beat; the same promise for whoever calls it again. */
  start(): Promise<void> {
    this.#started ??= this.#begin().catch((error) => {
      // The next caller tries again.
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  async stop(): Promise<void> {
    if (!this.#started) return
    this.#started = undefined
    await this.#beat.stop()
    await this.#store.removeWorker(this.#record.id)
  }

  /** Beats no more, and leaves its row to grow old. */
  halt(): void {
    void this.#beat.stop()
  }

  async #begin(): Promise<void> {
    await this.#store.registerWorker(this.#record)
    if (this.#isExclusive) await this.#store.expireOtherWorkers(this.#record.id)
    this.#beat.start()
  }
}
