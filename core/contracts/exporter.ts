import type { StepFilter } from './store.js'
import type { JsonSchema } from './task-definition.js'

export const exportSources = ['tasks', 'steps', 'events', 'metrics'] as const
/** What can be exported. */
export type ExportSource = (typeof exportSources)[number]

/** One plain record of an export: JSON values, plus `Date` and `bigint`. */
export type ExportRecord = Readonly<Record<string, unknown>>

/**
 * The records of an export, to be read once: one by one with `for await`, or page by page.
 *
 * Pages are the same records in the arrays in which they were read, for exporters to whom the wait per record matters.
 * `recordPages(records)` gives them for any iterable.
 */
export interface ExportRecords extends AsyncIterable<ExportRecord> {
  pages?(): AsyncIterable<readonly ExportRecord[]>
}

/** What an exporter knows besides the records. */
export interface ExportContext {
  readonly source: ExportSource
  /** Column names in order: those asked for, else those of the source. */
  readonly columns: readonly string[]
  /** The exporter's options, validated, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
}

/** Writes records in one or more formats: an asynchronous iterable of records in, chunks out. */
export interface ExporterDefinition {
  readonly name: string
  /** Formats it serves, case-insensitive. */
  readonly formats: readonly string[]
  readonly contentType: string
  /** Without the dot. */
  readonly fileExtension: string
  readonly description?: string
  readonly version?: string
  /** Among exporters of one format the highest is taken. Default 0. */
  readonly priority?: number
  readonly options?: JsonSchema
  export(records: ExportRecords, context: ExportContext): AsyncIterable<string | Uint8Array>
}

/** Which records to export. A source refuses the filters that mean nothing to it. */
export interface ExportFilters extends StepFilter {
  /** Names of steps, events or metrics; `*` stands for anything: `task.*`. */
  readonly names?: readonly string[]
}

/** Brand of what `defineExporter` gives. */
export const EXPORTER_BRAND: unique symbol = Symbol.for('tasker.exporter') as never

export interface DefinedExporter extends ExporterDefinition {
  readonly [EXPORTER_BRAND]: true
}

export interface ExportRequest {
  readonly source: ExportSource
  readonly format: string
  /**
   * A file path, replaced as a whole when the export has ended well; its folder must exist. Or a writable stream, which is
   * ended with the export (standard output and standard error are not) and destroyed when the export fails, so that
   * its reader sees that it is incomplete. Absent: the chunks are only counted.
   */
  readonly output?: string | NodeJS.WritableStream
  readonly filters?: ExportFilters
  /** Columns of the source, or paths into one: `context.orderId`. Default: all. */
  readonly columns?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  /** Called now and then with the number of records written so far. */
  readonly onProgress?: (records: number) => void
}

export interface ExportResult {
  readonly exportId: string
  readonly source: ExportSource
  readonly format: string
  readonly exporter: string
  readonly records: number
  readonly bytes: number
  readonly durationMs: number
  readonly output?: string
}

/** `tasker.exports`. */
export interface ExportsApi {
  run(request: ExportRequest): Promise<ExportResult>
}
