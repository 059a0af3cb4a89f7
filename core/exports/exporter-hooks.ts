import { setTimeout as sleep } from 'node:timers/promises'
import type { ExportAnnouncement, ExporterDefinition, ExportOutcome, MetricsSynced } from '../contracts/exporter.js'
import type { Logger } from '../contracts/logger.js'
import { isTaskerError } from '../errors/tasker-error.js'

/** How long a hook of an exporter is waited for. */
const mostWaitMs = 5_000

/**
 * Calls the hooks of exporters. One that throws, rejects or hangs hurts neither the export nor the other exporters: it is logged with
 * the exporter's name. Only `onRequest` may refuse, and only by an `ExportRefusedError`.
 */
export class ExporterHooks {
  readonly #log: Pick<Logger, 'warn'>
  readonly #mostWaitMs: number

  constructor(log: Pick<Logger, 'warn'>, options: { readonly mostWaitMs?: number } = {}) {
    this.#log = log
    this.#mostWaitMs = options.mostWaitMs ?? mostWaitMs
  }

  /** @throws ExportRefusedError */
  async request(exporter: ExporterDefinition, announcement: ExportAnnouncement): Promise<void> {
    await this.#call(exporter, 'onRequest', () => exporter.onRequest?.(announcement))
  }

  async complete(exporter: ExporterDefinition, outcome: ExportOutcome): Promise<void> {
    await this.#call(exporter, 'onComplete', () => exporter.onComplete?.(outcome))
  }

  /** All at once. */
  async cacheSync(exporters: readonly ExporterDefinition[], synced: MetricsSynced): Promise<void> {
    await Promise.all(
      exporters.map((exporter) => this.#call(exporter, 'onCacheSync', () => exporter.onCacheSync?.(synced))),
    )
  }

  async #call(exporter: ExporterDefinition, hook: 'onRequest' | 'onComplete' | 'onCacheSync', call: () => unknown) {
    if (exporter[hook] === undefined) return
    try {
      await this.#within(call)
    } catch (error) {
      if (hook === 'onRequest' && isTaskerError(error) && error.code === 'EXPORT_REFUSED') throw error
      this.#log.warn({ err: error, exporter: exporter.name, hook }, `${hook} of exporter ${exporter.name} failed`)
    }
  }

  async #within(call: () => unknown): Promise<void> {
    const ended = new AbortController()
    const late = sleep(this.#mostWaitMs, true, { signal: ended.signal })
    late.catch(() => undefined)
    try {
      const isLate = await Promise.race([Promise.resolve(call()).then(() => false), late])
      if (isLate) throw new RangeError(`it had not ended after ${this.#mostWaitMs} ms; nobody waits for it any more`)
    } finally {
      ended.abort()
    }
  }
}
