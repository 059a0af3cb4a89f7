import { defineExporter, type ExportRecord, recordPages } from 'tasker'
import { elementName, escapeText, valueText } from './xml-text.js'

interface XmlOptions {
  readonly root?: string
  readonly row?: string
}

/**
 * XML: an element for each record, and in it one for each column; a column without a value is left out.
 *
 * @example
 * tasker export tasks --format xml --output tasks.xml
 */
export const xmlExporter = defineExporter({
  name: 'xml',
  version: '1.0.0',
  description: 'XML, an element for each record.',
  formats: ['xml'],
  contentType: 'application/xml',
  fileExtension: 'xml',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      root: { type: 'string', minLength: 1, description: 'Name of the outermost element. Default: the source.' },
      row: { type: 'string', minLength: 1, default: 'record', description: 'Name of the element of one record.' },
    },
  } as const,
  // A page at a time: a chunk for each record would cost more than the records.
  async *export(records, { source, columns, options }) {
    const { root = source, row = 'record' } = options as XmlOptions
    const names = new Map(columns.map((column) => [column, elementName(column)]))
    yield `<?xml version="1.0" encoding="UTF-8"?>\n<${elementName(root)}>\n`
    for await (const page of recordPages(records)) {
      yield page.map((record) => recordText(record, elementName(row), names)).join('')
    }
    yield `</${elementName(root)}>\n`
  },
})

function recordText(record: ExportRecord, row: string, names: ReadonlyMap<string, string>): string {
  const cells = [...names].flatMap(([column, name]) => {
    const value = record[column]
    return value === null || value === undefined ? [] : [`<${name}>${escapeText(valueText(value))}</${name}>`]
  })
  return `  <${row}>${cells.join('')}</${row}>\n`
}
