import { Type } from 'typebox'
import { defineExporter, recordPages, toJsonText } from '../../core/index.js'

/** Lines are handed on in pieces of about this many characters: one by one they cost more than their JSON. */
const CHUNK_LENGTH = 64 * 1024

/**
 * Writes one JSON document per line, also known as JSON Lines. No options.
 *
 * Dates are ISO 8601. A `bigint` beyond what a double holds exactly is a string of its digits, so that every standard parser
 * gets it whole.
 */
export const ndjsonExporter = defineExporter({
  name: 'ndjson',
  formats: ['ndjson', 'jsonl'],
  contentType: 'application/x-ndjson',
  fileExtension: 'ndjson',
  description: 'One JSON document per line.',
  version: '1.0.0',
  options: Type.Object({}, { additionalProperties: false }),
  async *export(records, { signal }) {
    let text = ''
    for await (const page of recordPages(records)) {
      signal.throwIfAborted()
      for (const record of page) {
        text += `${toJsonText(record)}\n`
        if (text.length < CHUNK_LENGTH) continue
        yield text
        text = ''
      }
    }
    if (text !== '') yield text
  },
})
