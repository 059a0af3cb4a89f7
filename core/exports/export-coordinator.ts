import { randomUUID } from 'node:crypto'
import type { Clock } from '../contracts/clock.js'
import type { ExportCursorStore } from '../contracts/export-cursors.js'
import type {
  ExportAnnouncement,
  ExportChangeOptions,
  ExportedFile,
  ExporterDefinition,
  ExportFilters,
  ExportOutcome,
  ExportRequest,
  ExportResult,
  ExportsApi,
  IncrementalExport,
} from '../contracts/exporter.js'
import type { IdSource } from '../contracts/id-source.js'
import type { Store } from '../contracts/store.js'
import { ExportAbortedError, ExportOutputError } from '../errors/export-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { EventPayload } from '../events/event-catalogue.js'
import { describeFailure } from './export-failure.js'
import type { ExportHold } from './export-hold.js'
import type { ExportOutput } from './export-output.js'
import { ProgressTeller } from './export-progress.js'
import { type CheckedRequest, RequestCheck } from './export-request-check.js'
import { ExportRun } from './export-run.js'
import type { ExporterHooks } from './exporter-hooks.js'
import { incrementalOutput, takeExport } from './incremental-export.js'
import { type IncrementalExportPorts, IncrementalExports } from './incremental-exports.js'
import type { Extent, Mask, RecordSources } from './record-source.js'
import { RecordTape } from './record-tape.js'
import { requestedOutput } from './requested-output.js'

/** The events of one run of an export. */
export type ExportRunEvent = 'export.requested' | 'export.completed' | 'export.failed'

/** Finds the exporter of a format, the one of highest priority, and refuses a format that nobody serves. */
export interface ExporterLookup {
  forFormat(format: string): ExporterDefinition
}

/** What the coordinator works with. */
export interface ExportPorts extends Pick<IncrementalExportPorts, 'askedChange'> {
  readonly exporters: ExporterLookup
  readonly sources: RecordSources
  readonly store: ExportCursorStore & Pick<Store, 'logEnd'>
  readonly publish: <N extends ExportRunEvent>(name: N, payload: EventPayload<N>) => void
  /** The `beforeExport` hooks: refuse by throwing. */
  readonly beforeExport: (request: ExportRequest) => unknown
  readonly hooks: ExporterHooks
  readonly mask: Mask
  readonly clock: Pick<Clock, 'monotonic' | 'now'>
  readonly ids: IdSource
  /** How long a run of an incremental export may be silent until another one takes over, in milliseconds. */
  readonly leaseMs: number
}

/** An export that nobody has refused. */
interface AcceptedExport extends CheckedRequest {
  readonly exportId: string
  readonly request: ExportRequest
  readonly holder: string
  readonly hold: ExportHold | undefined
  /** Undefined of an incremental export, which may have files of the run before to end first. */
  readonly output: ExportOutput | undefined
  /** Fires also when another run has taken over. */
  readonly signal: AbortSignal
}

/** One that has its output, and may read and write. */
interface BegunExport {
  readonly output: ExportOutput
  readonly run: ExportRun
}

/**
 * `tasker.exports`: streams records of a source through an exporter to an output.
 *
 * A request that cannot be meant as it stands, or that a hook refuses, is rejected before anything happens. One that is accepted
 * publishes `export.requested` and then either `export.completed` or `export.failed`, each once.
 */
export class ExportCoordinator implements ExportsApi {
  readonly #ports: ExportPorts
  readonly #check: RequestCheck
  readonly #incremental: IncrementalExports

  constructor(ports: ExportPorts) {
    this.#ports = ports
    this.#check = new RequestCheck(ports.exporters, ports.sources)
    this.#incremental = new IncrementalExports(ports)
  }

  async run(request: ExportRequest): Promise<ExportResult> {
    const startedAt = this.#ports.clock.monotonic()
    const accepted = await this.#accept(request)
    try {
      return await this.#execute(accepted, startedAt)
    } finally {
      await accepted.hold?.release()
    }
  }

  /** Throws what {@link run} would of a request that cannot be meant as it stands, and does nothing. */
  check(request: ExportRequest): void {
    this.#check.check(request)
  }

  incremental(): Promise<readonly IncrementalExport[]> {
    return this.#incremental.list()
  }

  acceptLoss(name: string, by: ExportChangeOptions = {}): Promise<void> {
    return this.#incremental.acceptLoss(name, by)
  }

  forget(name: string, by: ExportChangeOptions = {}): Promise<boolean> {
    return this.#incremental.forget(name, by)
  }

  async #accept(request: ExportRequest): Promise<AcceptedExport> {
    const checked = this.#check.check(request)
    const exportId = this.#ports.ids.next()
    const asked = request.signal ?? new AbortController().signal
    const { incremental, splitBytes } = checked
    const output =
      incremental === undefined ? requestedOutput(request.output, exportId, splitBytes !== undefined) : undefined
    await this.#ports.beforeExport(request)
    const holder = randomUUID()
    const hold = incremental === undefined ? undefined : await this.#take(checked, request, holder, asked)
    try {
      await this.#ports.hooks.request(checked.exporter, announcementOf(exportId, request, checked, asked))
      return {
        ...checked,
        exportId,
        request,
        holder,
        hold,
        output,
        signal: hold === undefined ? asked : AbortSignal.any([asked, hold.lost]),
      }
    } catch (error) {
      await hold?.release()
      throw error
    }
  }

  /** Another run may be waited for, and that wait may be aborted. */
  async #take(
    checked: CheckedRequest,
    { format }: ExportRequest,
    holder: string,
    asked: AbortSignal,
  ): Promise<ExportHold> {
    try {
      return await takeExport(this.#ports, checked, holder, asked)
    } catch (error) {
      if (!asked.aborted || isTaskerError(error)) throw error
      throw new ExportAbortedError(checked.source.name, format, 0, asked.reason)
    }
  }

  async #execute(accepted: AcceptedExport, startedAt: number): Promise<ExportResult> {
    const { exportId, source, exporter, options, request } = accepted
    const about = { exportId, source: source.name, format: request.format }
    const elapsed = () => Math.max(0, this.#ports.clock.monotonic() - startedAt)
    this.#ports.publish('export.requested', { ...about, options: this.#ports.mask(options) })
    let begun: BegunExport | undefined
    const tell = (outcome: Pick<ExportOutcome, 'status' | 'files' | 'error'>) =>
      this.#ports.hooks.complete(exporter, { ...about, ...outcome, ...sizeOf(begun), durationMs: elapsed() })
    let files: readonly ExportedFile[]
    try {
      begun = await this.#begin(accepted)
      files = await begun.run.finish()
    } catch (error) {
      const failure = failureOf(accepted, begun, error)
      const left = (await begun?.output.abandon().catch(() => [])) ?? []
      const { records } = sizeOf(begun)
      this.#ports.publish('export.failed', { ...about, error: describeFailure(failure), records })
      await tell({ status: 'failed', files: left, error: failure })
      throw failure
    }
    const outcome = { ...about, ...sizeOf(begun), durationMs: elapsed() }
    this.#ports.publish('export.completed', outcome)
    await tell({ status: 'completed', files })
    const { output: path } = request
    return { ...outcome, exporter: exporter.name, files, ...(typeof path === 'string' ? { output: path } : {}) }
  }

  async #begin(accepted: AcceptedExport): Promise<BegunExport> {
    const { request, hold, holder, splitBytes = Number.POSITIVE_INFINITY } = accepted
    const output = accepted.output ?? (await incrementalOutput(hold!, request.output as string, holder))
    const progress = await this.#progress(accepted)
    const plan = { ...accepted, format: request.format, output, splitBytes, progress }
    return { output, run: new ExportRun(plan, tapeOf(accepted)) }
  }

  /** How much there is to read is only asked where somebody wants to know. An export does not fail because it cannot be told. */
  async #progress({ request, source, filters, hold }: AcceptedExport): Promise<ProgressTeller | undefined> {
    if (request.onProgress === undefined) return undefined
    const extent = hold === undefined ? source.extent(filters) : this.#ports.store.logEnd().then(extentOf)
    return new ProgressTeller(request.onProgress, await extent.catch(() => ({})), hold?.cursor.position ?? undefined)
  }
}

function extentOf(end: string | undefined): Extent {
  return end === undefined ? {} : { end }
}

function tapeOf({ source, filters, hold }: AcceptedExport): RecordTape {
  if (hold === undefined) return new RecordTape(source.pages(filters))
  const { position, lostBefore } = hold.cursor
  return new RecordTape(source.follow!(filters, { after: position ?? undefined, lostBefore }))
}

function sizeOf(begun: BegunExport | undefined) {
  const { records = 0, bytes = 0 } = begun?.run ?? {}
  return { records, bytes }
}

function announcementOf(
  exportId: string,
  { format, output }: ExportRequest,
  { source, filters, options, incremental }: CheckedRequest,
  signal: AbortSignal,
): ExportAnnouncement {
  return {
    ...{ exportId, source: source.name, format, filters: filters as ExportFilters, options, signal },
    ...(typeof output === 'string' ? { output } : {}),
    ...(incremental === undefined ? {} : { incremental }),
  }
}

/** The run knows why reading or the exporter ended; without a reason there, it was the output, or the signal while the output was full. */
function failureOf(
  { request, source, signal, hold }: AcceptedExport,
  begun: BegunExport | undefined,
  error: unknown,
): unknown {
  if (hold?.lost.aborted) return hold.lost.reason
  if (begun?.run.failure !== undefined) return begun.run.failure.error
  if (signal.aborted) return new ExportAbortedError(source.name, request.format, sizeOf(begun).records, signal.reason)
  if (isTaskerError(error)) return error
  const problem = error instanceof Error ? error.message : String(error)
  const name = begun?.output.name ?? String(request.output)
  return new ExportOutputError(name, problem, 'Check the path, the permissions, and the space left', error)
}
