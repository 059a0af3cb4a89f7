import type { Logger } from '../contracts/logger.js'
import type { Pacemaker, Pulse } from '../contracts/pacemaker.js'
import type { Serving, Store, WorkerRecord } from '../contracts/store.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { DatabaseWatch } from './database-watch.js'
import { PeriodicWork } from './periodic-work.js'
import type { OrchestrationSettings } from './settings.js'

export interface HeartbeatPorts {
  readonly store: Store
  readonly record: WorkerRecord
  readonly settings: OrchestrationSettings
  readonly log: Logger
  readonly databaseWatch: DatabaseWatch
  /** The database admits this worker alone: every other one in it is gone. */
  readonly isExclusive: boolean
  /** Absent: the main thread beats. */
  readonly pacemaker: Pacemaker | undefined
  /** It was taken for dead and is back: others may have taken over what it owned. */
  onReturn(): void
}

/**
 * Keeps a worker registered and alive in the database, once per worker, whatever number of tasks it owns. A worker that runs tasks
 * beats from a thread of its own where there is one; the main thread beats where there is none, and while that one fails.
 */
export class Heartbeat {
  readonly #ports: HeartbeatPorts
  readonly #watch: PeriodicWork
  #started: Promise<void> | undefined
  /** Registrations go one after the other, so that the last one stands. */
  #registering: Promise<void> = Promise.resolve()
  #serving: Serving | undefined
  /** What its row says. */
  #told: Serving | undefined
  #pulse: Pulse | undefined
  /** When the last beat that was written was sent, in milliseconds of the process's time. */
  #lastBeatAt: number | undefined
  #isLateTold = false

  constructor(ports: HeartbeatPorts) {
    const { settings, log, databaseWatch } = ports
    this.#ports = ports
    const work = () => this.#beatIfLate()
    this.#watch = new PeriodicWork('the heartbeat', settings.heartbeatIntervalMs, work, log, databaseWatch)
  }

  /** How long ago the last beat was, in milliseconds; undefined before the worker is registered. */
  get ageMs(): number | undefined {
    return this.#lastBeatAt === undefined ? undefined : performance.now() - this.#lastBeatAt
  }

  /** Whether others take the worker for alive. */
  get isAlive(): boolean {
    const { ageMs } = this
    return ageMs !== undefined && ageMs < this.#ports.settings.leaseMs
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

  /** Says what the worker runs from now on, undefined for nothing. */
  async serve(serving: Serving | undefined): Promise<void> {
    this.#serving = serving
    if (this.#started) {
      await this.#started
      await this.#register()
    } else await this.start()
    if (serving) this.#pulse ??= this.#beginPulse()
  }

  /** Makes sure that others take the worker for alive: before it takes up anything. */
  async revive(): Promise<void> {
    if (!this.isAlive) await this.#beat()
  }

  async stop(): Promise<void> {
    if (!this.#started) return
    this.#started = undefined
    await Promise.all([this.#watch.stop(), this.#pulse?.end()])
    this.#pulse = undefined
    await this.#registering
    this.#lastBeatAt = undefined
    await this.#ports.store.removeWorker(this.#ports.record.id)
  }

  /** Beats no more, and leaves its row to grow old. */
  halt(): void {
    this.#started = undefined
    void this.#watch.stop()
    void this.#pulse?.end()
    this.#pulse = undefined
  }

  async #begin(): Promise<void> {
    const { store, record, isExclusive } = this.#ports
    await this.#register()
    if (isExclusive) await store.expireOtherWorkers(record.id)
    this.#watch.start()
  }

  #register(): Promise<void> {
    const registering = this.#registering.then(async () => {
      const { store, record } = this.#ports
      const serving = this.#serving
      const sentAt = performance.now()
      await store.registerWorker({ ...record, ...(serving ? { serves: serving } : {}) })
      this.#told = serving
      this.#note(sentAt)
    })
    this.#registering = registering.catch(() => undefined)
    return registering
  }

  #beginPulse(): Pulse | undefined {
    const { pacemaker, settings, record, log } = this.#ports
    const { heartbeatIntervalMs: intervalMs, deafAfterMs } = settings
    return pacemaker?.begin(
      record.id,
      { intervalMs, deafAfterMs },
      {
        beat: (ageMs) => this.#beatByThread(ageMs),
        unregistered: () => void this.#registerAgain(),
        failed: (err) => log.debug({ err }, 'a beat of the heartbeat thread failed; it goes on with a new connection'),
        ended: (err) => {
          this.#pulse = undefined
          log.warn({ err }, 'there is no heartbeat thread; the main thread beats, and must not compute for long')
        },
      },
    )
  }

  #beatByThread(ageMs: number): void {
    if (this.#isLateTold) this.#ports.log.info('the heartbeat thread is back')
    this.#isLateTold = false
    this.#note(performance.now() - ageMs)
  }

  /** What the main thread does at each interval. */
  async #beatIfLate(): Promise<void> {
    const { settings, log } = this.#ports
    if (this.#serving !== this.#told) return this.#register()
    const ageMs = this.ageMs ?? Number.POSITIVE_INFINITY
    // The thread has time for a second try.
    if (this.#pulse && ageMs < Math.min(settings.leaseMs / 2, 3 * settings.heartbeatIntervalMs)) return
    if (this.#pulse && !this.#isLateTold) {
      this.#isLateTold = true
      log.warn({ ageMs: Math.round(ageMs) }, 'the heartbeat thread is late; the main thread beats')
    }
    await this.#beat()
  }

  async #beat(): Promise<void> {
    const { store, record } = this.#ports
    const sentAt = performance.now()
    try {
      await store.heartbeat(record.id)
      this.#note(sentAt)
    } catch (error) {
      if (!isTaskerError(error) || error.code !== 'WORKER_NOT_REGISTERED') throw error
      await this.#registerAgain()
    }
  }

  async #registerAgain(): Promise<void> {
    const { log, onReturn } = this.#ports
    if (!this.#started) return
    try {
      await this.#register()
      log.warn('the worker had been taken for dead and its row taken away; it is registered again')
      onReturn()
    } catch (err) {
      log.debug({ err }, 'registering again failed; the next beat asks for it again')
    }
  }

  #note(sentAt: number): void {
    const { settings, onReturn } = this.#ports
    const gapMs = sentAt - (this.#lastBeatAt ?? sentAt)
    this.#lastBeatAt = Math.max(sentAt, this.#lastBeatAt ?? sentAt)
    if (gapMs > settings.leaseMs) onReturn()
  }
}
