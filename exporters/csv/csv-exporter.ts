import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { type Stringifier, stringify } from 'csv-stringify'
import { defineExporter, recordPages } from '../../core/index.js'
import { csvOptions, stringifierOptions } from './csv-options.js'

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
    const stringifier = stringify(stringifierOptions(options, columns))
    const written = new WrittenText(stringifier)
    for await (const page of recordPages(records)) {
      for (const record of page) {
        if (!stringifier.write(columns.map((column) => record[column]))) await once(stringifier, 'drain')
      }
      signal.throwIfAborted()
      yield written.take()
    }
    stringifier.end()
    await finished(stringifier)
    yield written.take()
  },
})

/** What a stream of csv-stringify has given so far. */
class WrittenText {
  #text = ''

  constructor(stringifier: Stringifier) {
    stringifier.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
    })
  }

  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}
