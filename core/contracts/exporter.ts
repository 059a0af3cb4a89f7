import type { Actor } from './actor.js'
import type { MetricsSnapshot } from './metrics.js'
import type { JsonSchema } from './task-definition.js'
import type { StepFilter } from './task-filter.js'

export const exportSources = ['tasks', 'steps', 'events', 'metrics'] as const
/** What can be exported. */
export type ExportSource = (typeof exportSources)[number]

/** How the bytes of an export are compressed. */
export const exportCompressions = ['none', 'gzip', 'zstd'] as const
export type ExportCompression = (typeof exportCompressions)[number]

/**
 * What the values of a column are, where the source says so: `time` is text as ISO 8601, `json` a nested value. Any may be null.
 */
export type ColumnKind = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'json'

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
  /** The kinds of the source's own columns; paths and flattened members have none. */
  readonly columnKinds?: Readonly<Record<string, ColumnKind>>
  /** The exporter's options, validated, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
}

/** What an exporter is told before an export. */
export interface ExportAnnouncement {
  readonly exportId: string
  readonly source: ExportSource
  /** As it was asked for. */
  readonly format: string
  readonly filters: ExportFilters
  /** The exporter's options, validated, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  /** The path, where the output is a file. */
  readonly output?: string
  /** The name of the incremental export that it goes on with. */
  readonly incremental?: string
  readonly signal: AbortSignal
}

/** What an exporter is told after an export. */
export interface ExportOutcome {
  readonly exportId: string
  readonly source: ExportSource
  readonly format: string
  readonly status: 'completed' | 'failed'
  readonly records: number
  /** Bytes as they were written, compressed where they are. */
  readonly bytes: number
  readonly durationMs: number
  /** The files that stand where they belong; of an export that failed only those of an incremental one. */
  readonly files: readonly ExportedFile[]
  /** What the one who asked for the export was given, where it failed. */
  readonly error?: unknown
}

/** What exporters are told when a worker has stored its metrics. */
export interface MetricsSynced {
  readonly workerId: string
  readonly snapshot: MetricsSnapshot
}

/** What an exporter says of itself. (Not `Omit` of the whole: editors would lose what the members mean.) */
export interface ExporterHead {
  /** Names it in lists, logs and errors; each exporter has a name of its own. */
  readonly name: string
  /** Formats it serves, case-insensitive. */
  readonly formats: readonly string[]
  /** Media type of what it writes: `text/csv`. */
  readonly contentType: string
  /** Without the dot. */
  readonly fileExtension: string
  readonly description?: string
  readonly version?: string
  /** Among exporters of one format the highest is taken. Default 0. */
  readonly priority?: number
  /**
   * Told before an export by this exporter begins, and waited for, 5 s at most. An `ExportRefusedError` refuses the export; whatever
   * else it throws is logged, and the export goes on.
   */
  onRequest?(announcement: ExportAnnouncement): unknown
  /** Told when an export by this exporter has ended, well or badly, and waited for, 5 s at most. What it throws is logged. */
  onComplete?(outcome: ExportOutcome): unknown
  /** Told when this process has stored its metrics for others (`export.cache_synced`). What it throws is logged. */
  onCacheSync?(synced: MetricsSynced): unknown
}

/** Writes records in one or more formats: an asynchronous iterable of records in, chunks out. */
export interface ExporterDefinition extends ExporterHead {
  /** JSON Schema of its options, best made with TypeBox; the type of `options` follows from it. Default: it has none. */
  readonly options?: JsonSchema
  /**
   * Writes the records: reads them one by one, and yields chunks. Called for each file that is written: several times in an export that
   * is split. What it throws fails the export.
   */
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

/** Which nested members become columns of their own. */
export interface FlattenRules {
  /** Columns whose members do. Default: every column that holds objects. */
  readonly columns?: readonly string[]
  /** How many levels of members. Default: all. */
  readonly depth?: number
  /** What stands between the names of a column: `context.customer.id`. Default `.`. */
  readonly separator?: string
  /** How many records are looked at to find the members. Default 1000. */
  readonly sample?: number
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
  /**
   * Makes columns of the members of nested objects: `context.orderId`. They are found in the first records, because the columns of an
   * export are fixed from its beginning; what comes later, or is no object, stays in the column of the whole. Lists stay as they are.
   */
  readonly flatten?: boolean | FlattenRules
  readonly options?: Readonly<Record<string, unknown>>
  /** Default: what the ending of the output says, `.gz` or `.zst`; else `none`. */
  readonly compression?: ExportCompression
  /**
   * Begins a new file whenever the one before has reached this size, in bytes as they are written. `events.csv` becomes
   * `events-000001.csv`, `events-000002.csv` and so on, each complete by itself. A file ends with a page of records, so that it may
   * be larger by one page and what the exporter holds back.
   */
  readonly splitBytes?: number
  /**
   * Name of an incremental export: each run goes on where the last one ended, into new numbered files beside those of the runs
   * before, and each record is in exactly one of them, whoever is killed when. Of `tasks` and `steps` those of finished tasks are
   * exported, when they have finished. Not for `metrics`, and only into files.
   */
  readonly incremental?: string
  readonly signal?: AbortSignal
  /** Called now and then with the number of records written so far, and how far the export has come. */
  readonly onProgress?: (records: number, progress: ExportProgress) => void
}

/** How far an export has come. */
export interface ExportProgress {
  readonly records: number
  /** Bytes as they are written, compressed where they are. */
  readonly bytes: number
  /** From 0 to 1, where it is known how much there is: of tasks, of events and of what is incremental. */
  readonly share?: number
}

/** A file that an export has written. */
export interface ExportedFile {
  readonly path: string
  readonly records: number
  readonly bytes: number
}

export interface ExportResult {
  readonly exportId: string
  readonly source: ExportSource
  readonly format: string
  readonly exporter: string
  readonly records: number
  /** Bytes as they were written, compressed where they are. */
  readonly bytes: number
  readonly durationMs: number
  readonly output?: string
  /** Its files, in order. None where the output is no file, and where an incremental export found nothing new. */
  readonly files: readonly ExportedFile[]
}

/** How far an incremental export is. */
export interface IncrementalExport {
  readonly name: string
  readonly source: ExportSource
  readonly filters: ExportFilters
  /** Position in the event log up to which everything was exported; null before the first record. */
  readonly position: string | null
  /** How many files and records it has written in all. */
  readonly files: number
  readonly records: number
  /** The file that was written last. */
  readonly lastFile: string | null
  /** Whether a run of it is under way. */
  readonly isRunning: boolean
  readonly createdAt: string
  readonly updatedAt: string
}

/** Who asks, and why. */
export interface ExportChangeOptions {
  readonly reason?: string
  readonly actor?: Actor
}

/** `tasker.exports`. */
export interface ExportsApi {
  /**
   * Runs one export to its end.
   *
   * @throws UnknownExportSourceError, UnknownFormatError, InvalidExportOptionsError, InvalidExportColumnsError,
   * InvalidExportFilterError, InvalidExportRequestError, ExportRefusedError before it starts; ExportOutputError, ExporterFailedError,
   * InvalidExporterOutputError, ExportAbortedError while it runs; ExportHeldError, ExportTakenOverError, ExportChangedError,
   * ExportPartError, LogExpiredError of an incremental one; what hooks and the store throw, as it is
   * @example
   * await tasker.exports.run({ source: 'steps', format: 'csv', output: 'steps.csv', filters: { state: 'error' } })
   */
  run(request: ExportRequest): Promise<ExportResult>
  /** All incremental exports, in order of their names. */
  incremental(): Promise<readonly IncrementalExport[]>
  /**
   * Lets an incremental export go on after retention has taken records that it had not read. What is left of them is exported. Hooks
   * may refuse it (`beforeCommand`, `export.accept_loss`), and it stands among the changes.
   *
   * @throws ExportNotFoundError, InvalidCommandError
   */
  acceptLoss(name: string, by?: ExportChangeOptions): Promise<void>
  /**
   * Forgets where an incremental export was: the next run begins at the oldest record. False if there is none of that name. Files stay.
   * Hooks may refuse it (`beforeCommand`, `export.forget`), and it stands among the changes with how far the export was.
   *
   * @throws InvalidCommandError
   */
  forget(name: string, by?: ExportChangeOptions): Promise<boolean>
}
