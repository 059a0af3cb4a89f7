import { stringify } from 'csv-stringify/sync'
import { defineExporter, recordPages } from '../../core/index.js'
import { csvOptions, stringifierOptions } from './csv-options.js'

/**
 * Records turned into text at once by the synchronous form of csv-stringify, which spares two stream buffers per record: 250,000
 * records a second where its stream makes 220,000. 20 and 100 are as fast, 500 a quarter slower.
 */
const RECORDS_PER_CHUNK = 50

/**
 * Writes comma-separated values after RFC 4180, one line per record.
 *
 * - `null` and what is absent are an empty cell; an empty text is `""`, as in PostgreSQL's COPY, so that they can be told apart.
 * - Dates are ISO 8601, booleans `true` and `false`, a `bigint` all of its digits, nested values JSON text.
 * - Text that begins with `=`, `+`, `-`, `@`, a tab or a line break gets a leading apostrophe (OWASP, CSV injection); numbers
 *   do not. With `formulas: 'keep'` every text comes back from a parser unchanged: for programs, not for spreadsheets.
 */
export const csvExporter = defineExporter({
  name: 'csv',
  formats: ['csv'],
  contentType: 'text/csv; charset=utf-8',
  fileExtension: 'csv',
  description: 'Comma-separated values, safe to open in a spreadsheet.',
  version: '1.0.0',
  options: csvOptions,
  async *export(records, { columns, options, signal }) {
    const { first, next } = stringifierOptions(options, columns)
    let settings = first
    const write = (rows: unknown[][]): string => {
      const text = stringify(rows, settings)
      settings = next
      return text
    }
    for await (const page of recordPages(records)) {
      for (let start = 0; start < page.length; start += RECORDS_PER_CHUNK) {
        signal.throwIfAborted()
        const records = page.slice(start, start + RECORDS_PER_CHUNK)
        yield write(records.map((record) => columns.map((column) => record[column])))
      }
    }
    if (settings === first) yield write([])
  },
})
