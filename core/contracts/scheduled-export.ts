import type { ExportCompression, ExportFilters, ExportSource, FlattenRules } from './exporter.js'
import type { CatchUpPolicy, OverlapPolicy } from './schedule.js'

/** What is exported at each time of a schedule. */
export interface ScheduledExportRequest {
  readonly source: ExportSource
  readonly format: string
  /**
   * A file, relative to the folder of the configuration; folders are made. `{date}`, `{time}`, `{year}`, `{month}`, `{day}`, `{hour}` and
   * `{minute}` stand for the time of the schedule, in its time zone.
   */
  readonly output: string
  readonly filters?: ExportFilters
  /** Only what has come in the so many milliseconds before the time of the schedule: in place of `since` and `until`. */
  readonly lastMs?: number
  readonly columns?: readonly string[]
  readonly flatten?: boolean | FlattenRules
  readonly options?: Readonly<Record<string, unknown>>
  readonly compression?: ExportCompression
  readonly splitBytes?: number
  /** True: an incremental export of the name of the schedule. */
  readonly incremental?: boolean | string
}

/** A scheduled export, as the configuration declares it under `exports.schedules`. */
export interface ScheduledExport extends ScheduledExportRequest {
  readonly description?: string
  /** One of `cron` and `everyMs`, as in every schedule. */
  readonly cron?: string
  readonly timeZone?: string
  readonly everyMs?: number
  readonly catchUp?: CatchUpPolicy
  /** Default `skip`: there is no second export beside one that is under way. */
  readonly overlap?: OverlapPolicy
}
