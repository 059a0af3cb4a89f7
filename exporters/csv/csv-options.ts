import type { Options } from 'csv-stringify'
import { type Static, Type } from 'typebox'
import { toJsonText } from '../../core/index.js'

/** The options of the CSV exporter. */
export const csvOptions = Type.Object(
  {
    delimiter: Type.String({ default: ',', pattern: '^[^"\\r\\n]$', description: 'One character between the cells.' }),
    header: Type.Boolean({ default: true, description: 'Column names in the first line.' }),
    bom: Type.Boolean({ default: false, description: 'A byte order mark at the start, which Excel needs for UTF-8.' }),
    quoteAll: Type.Boolean({ default: false, description: 'Quotes around every cell that is not null.' }),
    recordDelimiter: Type.Enum(['\n', '\r\n'], { default: '\n', description: 'What ends a line.' }),
    formulas: Type.Enum(['neutralise', 'keep'], {
      default: 'neutralise',
      description: 'Text that a spreadsheet would run as a formula gets a leading apostrophe, or is kept as it is.',
    }),
  },
  { additionalProperties: false },
)

export type CsvOptions = Static<typeof csvOptions>

/** The same in the words of csv-stringify. */
export function stringifierOptions(options: Partial<CsvOptions>, columns: readonly string[]): Options {
  const { delimiter = ',', header = true, bom = false, quoteAll = false } = options
  const { recordDelimiter = '\n', formulas = 'neutralise' } = options
  const isNeutralising = formulas === 'neutralise'
  return {
    columns: [...columns],
    header,
    bom,
    delimiter,
    quoted: quoteAll,
    record_delimiter: recordDelimiter,
    quote_record_delimiter: true,
    quoted_match: [/^$/], // an empty text, not null: "" against nothing
    escape_formulas: isNeutralising,
    cast: {
      string: isNeutralising ? neutraliseLineFeed : (value) => value,
      boolean: String,
      date: isoDate,
      object: (value) => toJsonText(value),
    },
  }
}

/** OWASP lists the line feed as well, csv-stringify's `escape_formulas` does not know it. */
function neutraliseLineFeed(text: string): string {
  return text.charCodeAt(0) === 10 ? `'${text}` : text
}

function isoDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
