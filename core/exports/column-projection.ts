import type { ExportRecord } from '../contracts/exporter.js'
import { InvalidExportColumnsError } from '../errors/export-errors.js'
import type { RecordSource } from './record-source.js'

/** The columns of an export, and what makes its records of those of the source. */
export interface Projection {
  readonly columns: readonly string[]
  project(page: readonly ExportRecord[]): readonly ExportRecord[]
}

/**
 * Columns as asked for: those of the source, or paths into one, `context.orderId`; what a path does not find is null.
 *
 * @throws InvalidExportColumnsError
 */
export function columnProjection(source: RecordSource, asked: readonly string[] | undefined): Projection {
  if (asked === undefined) return { columns: source.columns, project: (page) => page }
  const columns = checkColumns(source, asked)
  const readers = columns.map((column) => [column, columnReader(source, column)] as const)
  const project = (record: ExportRecord): ExportRecord => {
    const projected: Record<string, unknown> = {}
    for (const [column, read] of readers) projected[column] = read(record) ?? null
    return projected
  }
  return { columns, project: (page) => page.map(project) }
}

function checkColumns(source: RecordSource, asked: unknown): readonly string[] {
  const refuse = (problem: string, column?: string) =>
    new InvalidExportColumnsError(source.name, problem, source.columns, column)
  if (!Array.isArray(asked) || !asked.every((column) => typeof column === 'string')) {
    throw refuse('they are not a list of names')
  }
  if (asked.length === 0) throw refuse('the list is empty')
  const repeated = asked.find((column, index) => asked.indexOf(column) !== index)
  if (repeated !== undefined) throw refuse(`"${repeated}" is there twice`, repeated)
  return asked
}

function columnReader(source: RecordSource, column: string): (record: ExportRecord) => unknown {
  const [head = '', ...path] = column.split('.')
  if (!source.columns.includes(head)) {
    throw new InvalidExportColumnsError(source.name, `there is no column "${head}"`, source.columns, head)
  }
  if (path.length === 0) return (record) => record[head]
  return (record) => path.reduce<unknown>(memberOf, record[head])
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}
