import { defineExporter } from 'tasker'

/** `--format markdown`: a table to paste into an issue. Records come one by one, so a million of them need no more memory. */
export const markdownExporter = defineExporter({
  name: 'markdown',
  formats: ['markdown', 'md'],
  contentType: 'text/markdown',
  fileExtension: 'md',
  async *export(records, { columns }) {
    yield `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}\n`
    for await (const record of records) yield `| ${columns.map((column) => cell(record[column])).join(' | ')} |\n`
  },
})

function cell(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
}
