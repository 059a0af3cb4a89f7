import type { ColumnKind, ExportFilters, ExportRecord, ExportSource } from '../contracts/exporter.js'

/** A place in the event log where an incremental export goes on. */
export interface LogPlace {
  /** A position; undefined: the beginning. */
  readonly after: string | undefined
  /** Id of the last entry whose loss is no news. */
  readonly lostBefore: string
}

/** Records that were read together. */
export interface RecordPage {
  readonly records: readonly ExportRecord[]
  /** Position in the log up to which everything has been read with them, where the source knows one. */
  readonly position?: string
}

/** How much there is to read, as far as it can be told: a number of records, or where in the log the last one stands. */
export interface Extent {
  readonly records?: number
  readonly end?: string
}

/** Something that can be exported: its columns, and pages of its records. */
export interface RecordSource {
  readonly name: ExportSource
  /** Names of the members of its records, in order, and what their values are. */
  readonly columns: readonly string[]
  readonly kinds: Readonly<Record<string, ColumnKind>>
  /** The filters that mean something to it. */
  readonly filters: readonly (keyof ExportFilters)[]
  /** Reads keyset pages, one at a time, each when it is asked for. No cursor stays open between them. */
  pages(filters: ExportFilters): AsyncIterable<RecordPage>
  /**
   * Reads in the order of the log what has come after a place; a page without a position is followed by others that belong to it.
   * Absent: there is no order in which its records come.
   */
  follow?(filters: ExportFilters, from: LogPlace): AsyncIterable<RecordPage>
  /** How much {@link pages} will give. */
  extent(filters: ExportFilters): Promise<Extent>
}

export type RecordSources = Readonly<Record<ExportSource, RecordSource>>

/**
 * Takes the secrets out of an object whose members are called as in the payloads of events: `context`, `results`, `error`,
 * `element`. `definitionKey` names the task that it belongs to, `namespace.name@version`, for the `sensitive` paths of that task.
 */
export type Mask = <T extends object>(value: T, definitionKey?: string) => T

/**
 * Records per page. What is alive when V8 collects its young generation is moved to the old one, which is collected late: with
 * pages of 250 a long export peaks 80 MB above a short one, with 100 or fewer 5 to 15 MB. A query costs about 1 ms.
 */
export const recordsPerPage = 100

/** `namespace.name@version` */
export function definitionKey(task: { readonly namespace: string; readonly name: string; readonly version: string }) {
  return `${task.namespace}.${task.name}@${task.version}`
}

/** Milliseconds between two moments; null while one of them has not come. */
export function durationBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from)
}

/** The columns of a source in order, each with its kind. */
export function columnsOf<C extends string>(kinds: Readonly<Record<C, ColumnKind>>): readonly C[] {
  return Object.keys(kinds) as C[]
}

/** A record of exactly these members, in this order. A loop, because it runs for every record. */
export function pickColumns<C extends string>(
  columns: readonly C[],
  whole: Readonly<Record<C, unknown>>,
): ExportRecord {
  const record: Record<string, unknown> = {}
  for (const column of columns) record[column] = whole[column]
  return record
}
