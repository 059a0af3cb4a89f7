import { defineExporter, toJsonText } from 'tasker'

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  return (typeof value === 'string' ? value : toJsonText(value)).replace(/[\t\r\n]/g, ' ')
}

/** Tab-separated values: `npx tasker export steps --format tsv`. Records stream through, however many there are. */
export const tsvExporter = defineExporter({
  name: 'tsv',
  formats: ['tsv'],
  contentType: 'text/tab-separated-values',
  fileExtension: 'tsv',
  async *export(records, { columns }) {
    yield `${columns.join('\t')}\n`
    for await (const record of records) yield `${columns.map((column) => cell(record[column])).join('\t')}\n`
  },
})
