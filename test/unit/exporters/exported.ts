import type { ExportContext } from '../../../core/contracts/exporter.js'
import type { ExporterDefinition, ExportRecord } from '../../../core/index.js'

/** The whole text that an exporter makes of records, the way a user of an exporter alone would get it. */
export async function exported(
  exporter: ExporterDefinition,
  records: Iterable<ExportRecord> | AsyncIterable<ExportRecord>,
  columns: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  let text = ''
  for await (const chunk of exporter.export(oneByOne(records), contextOf(columns, options))) text += chunk
  return text
}

export function contextOf(
  columns: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
  signal: AbortSignal = new AbortController().signal,
): ExportContext {
  return { source: 'steps', columns, options, signal }
}

export async function* oneByOne<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items
}
