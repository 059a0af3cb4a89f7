import type { Clock } from '../contracts/clock.js'
import {
  type ExporterDefinition,
  type ExportFilters,
  type ExportRequest,
  type ExportResult,
  type ExportsApi,
  exportSources,
} from '../contracts/exporter.js'
import type { IdSource } from '../contracts/id-source.js'
import { ExportAbortedError, ExportOutputError, UnknownExportSourceError } from '../errors/export-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { EventPayload } from '../events/event-catalogue.js'
import { ChunkPump } from './chunk-pump.js'
import { columnProjection, type Projection } from './column-projection.js'
import { describeFailure } from './export-failure.js'
import { type ExportOutput, exportOutput } from './export-output.js'
import { checkFilters } from './filter-check.js'
import { OptionCheck } from './option-check.js'
import { RecordReader } from './record-reader.js'
import type { Mask, RecordSource, RecordSources } from './record-source.js'

/** The events of one run of an export. */
export type ExportRunEvent = 'export.requested' | 'export.completed' | 'export.failed'

/** Finds the exporter of a format, the one of highest priority, and refuses a format that nobody serves. */
export interface ExporterLookup {
  forFormat(format: string): ExporterDefinition
}

/** What the coordinator works with. */
export interface ExportPorts {
  readonly exporters: ExporterLookup
  readonly sources: RecordSources
  readonly publish: <N extends ExportRunEvent>(name: N, payload: EventPayload<N>) => void
  /** The `beforeExport` hooks: refuse by throwing. */
  readonly beforeExport: (request: ExportRequest) => unknown
  readonly mask: Mask
  readonly clock: Pick<Clock, 'monotonic'>
  readonly ids: IdSource
}

/** A request that was accepted. */
interface AcceptedExport {
  readonly exportId: string
  readonly request: ExportRequest
  readonly source: RecordSource
  readonly exporter: ExporterDefinition
  readonly options: Readonly<Record<string, unknown>>
  readonly filters: ExportFilters
  readonly projection: Projection
  readonly output: ExportOutput
  readonly signal: AbortSignal
}

/**
 * `tasker.exports`: streams records of a source through an exporter to an output.
 *
 * A request that cannot be meant as it stands, or that a hook refuses, is rejected before anything happens. One that is accepted
 * publishes `export.requested` and then either `export.completed` or `export.failed`, each once.
 */
export class ExportCoordinator implements ExportsApi {
  readonly #ports: ExportPorts
  readonly #optionCheck = new OptionCheck()

  constructor(ports: ExportPorts) {
    this.#ports = ports
  }

  /**
   * Runs one export to its end.
   *
   * @throws UnknownExportSourceError, UnknownFormatError, InvalidExportOptionsError, InvalidExportColumnsError,
   * InvalidExportFilterError before it starts; ExportOutputError, ExporterFailedError, InvalidExporterOutputError,
   * ExportAbortedError while it runs; what hooks and the store throw, as it is
   * @example
   * await tasker.exports.run({ source: 'steps', format: 'csv', output: 'steps.csv', filters: { state: 'error' } })
   */
  async run(request: ExportRequest): Promise<ExportResult> {
    const startedAt = this.#ports.clock.monotonic()
    const accepted = await this.#accept(request)
    const { exportId, source, exporter, options, filters, projection, signal } = accepted
    const run = { exportId, source: source.name, format: request.format }
    this.#ports.publish('export.requested', { ...run, options: this.#ports.mask(options) })
    const reader = new RecordReader(projected(source, filters, projection), source.name, signal)
    const context = { source: source.name, columns: projection.columns, options, signal }
    const pump = new ChunkPump({ exporter, format: request.format, reader, context, onProgress: request.onProgress })
    try {
      await accepted.output.write(pump.chunks(), signal)
    } catch (error) {
      const failure = this.#failure(accepted, pump, reader, error)
      this.#ports.publish('export.failed', { ...run, error: describeFailure(failure), records: reader.records })
      throw failure
    }
    const durationMs = Math.max(0, this.#ports.clock.monotonic() - startedAt)
    const outcome = { ...run, records: reader.records, bytes: pump.bytes, durationMs }
    this.#ports.publish('export.completed', outcome)
    return {
      ...outcome,
      exporter: exporter.name,
      ...(typeof request.output === 'string' ? { output: request.output } : {}),
    }
  }

  async #accept(request: ExportRequest): Promise<AcceptedExport> {
    const source = this.#sourceOf(request)
    const exporter = this.#ports.exporters.forFormat(request.format)
    const exportId = this.#ports.ids.next()
    const accepted = {
      exportId,
      request,
      source,
      exporter,
      options: this.#optionCheck.check(exporter, request.options),
      filters: checkFilters(source, request.filters),
      projection: columnProjection(source, request.columns),
      output: exportOutput(request.output, exportId),
      signal: request.signal ?? new AbortController().signal,
    }
    await this.#ports.beforeExport(request)
    return accepted
  }

  #sourceOf({ source }: ExportRequest): RecordSource {
    if (exportSources.includes(source)) return this.#ports.sources[source]
    throw new UnknownExportSourceError(source, exportSources)
  }

  /** The pump knows why the chunks ended; without a reason there, it was the output, or the signal while the output was full. */
  #failure({ request, source, signal, output }: AcceptedExport, pump: ChunkPump, reader: RecordReader, error: unknown) {
    if (pump.failure !== undefined) return pump.failure.error
    if (signal.aborted) return new ExportAbortedError(source.name, request.format, reader.records, signal.reason)
    if (isTaskerError(error)) return error
    const problem = error instanceof Error ? error.message : String(error)
    return new ExportOutputError(output.name, problem, 'Check the path, the permissions, and the space left', error)
  }
}

async function* projected(source: RecordSource, filters: ExportFilters, { project }: Projection) {
  for await (const page of source.pages(filters)) yield project(page)
}
