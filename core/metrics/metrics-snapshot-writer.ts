import type { Clock, Timer } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { MetricsApi, MetricsSnapshot } from '../contracts/metrics.js'
import type { EventPayload } from '../events/event-catalogue.js'

export interface MetricsSnapshotWriterOptions {
  readonly metrics: Pick<MetricsApi, 'snapshot'>
  readonly clock: Clock
  readonly intervalMs: number
  /** Writes a snapshot where other workers and exports read it, in place of the one before. */
  readonly save: (takenAt: string, snapshot: MetricsSnapshot) => Promise<void>
  readonly publish: (event: 'export.cache_synced', payload: EventPayload<'export.cache_synced'>) => unknown
  /** Told after each, and waited for: it does not reject. */
  readonly onSynced?: (snapshot: MetricsSnapshot) => Promise<void>
  readonly log: Logger
}

/**
 * Writes a snapshot of the metrics at each interval, and a last one when it stops, and publishes `export.cache_synced` for each.
 *
 * The next interval begins when the writing of the last one has ended, so that a slow database is not asked twice at a time. A
 * snapshot that could not be written is logged and made up for by the next one: values are never reset.
 */
export class MetricsSnapshotWriter {
  readonly #options: MetricsSnapshotWriterOptions
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined
  #isRunning = false

  constructor(options: MetricsSnapshotWriterOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#stopped = undefined
    this.#schedule()
  }

  /** Writes the last snapshot. It does not reject: metrics must not keep a worker from stopping. */
  stop(): Promise<void> {
    if (!this.#isRunning) return this.#stopped ?? Promise.resolve()
    this.#isRunning = false
    this.#timer?.cancel()
    this.#stopped = this.#writing.then(() => this.#write())
    return this.#stopped
  }

  #schedule(): void {
    const { clock, intervalMs } = this.#options
    this.#timer?.cancel()
    this.#timer = clock.setTimer(() => this.#tick(), intervalMs, { background: true })
  }

  #tick(): void {
    this.#writing = this.#write().then(() => {
      if (this.#isRunning) this.#schedule()
    })
  }

  async #write(): Promise<void> {
    const { metrics, clock, save, publish, onSynced, log } = this.#options
    const startedAt = clock.monotonic()
    try {
      const snapshot = metrics.snapshot()
      await save(snapshot.takenAt, snapshot)
      publish('export.cache_synced', {
        metricsCount: snapshot.metrics.length,
        durationMs: clock.monotonic() - startedAt,
      })
      await onSynced?.(snapshot)
    } catch (error) {
      log.warn({ err: error }, 'the metrics snapshot could not be written; the next one will make up for it')
    }
  }
}
