import { type Static, Type } from 'typebox'
import { defineExporter, recordPages, toJsonText } from '../../core/index.js'

/** Records are handed on in pieces of about this many characters: one by one they cost more than their JSON. */
const CHUNK_LENGTH = 64 * 1024

const jsonOptions = Type.Object(
  {
    pretty: Type.Boolean({ default: false, description: 'Every member on a line of its own. Else a record per line.' }),
    indent: Type.Integer({ default: 2, minimum: 1, maximum: 10, description: 'Spaces per level, when pretty.' }),
  },
  { additionalProperties: false },
)

/**
 * Writes one JSON array of all records.
 *
 * Options: `pretty` (false), `indent` (2). Dates are ISO 8601. A `bigint` beyond what a double holds exactly is a string of
 * its digits, so that every standard parser gets it whole.
 */
export const jsonExporter = defineExporter({
  name: 'json',
  formats: ['json'],
  contentType: 'application/json',
  fileExtension: 'json',
  description: 'One JSON array of all records.',
  version: '1.0.0',
  options: jsonOptions,
  async *export(records, { options, signal }) {
    const write = recordWriter(options)
    let text = ''
    let opening = '[\n'
    for await (const page of recordPages(records)) {
      signal.throwIfAborted()
      for (const record of page) {
        text += opening + write(record)
        opening = ',\n'
        if (text.length < CHUNK_LENGTH) continue
        yield text
        text = ''
      }
    }
    yield opening === ',\n' ? `${text}\n]\n` : '[]\n'
  },
})

function recordWriter({
  pretty = false,
  indent = 2,
}: Partial<Static<typeof jsonOptions>>): (record: unknown) => string {
  if (!pretty) return toJsonText
  const margin = ' '.repeat(indent)
  // In JSON text a line break is always one of the indentation: those inside of strings are escaped.
  return (record) => margin + toJsonText(record, indent).replaceAll('\n', `\n${margin}`)
}
