import type { ScaffoldFile } from '../scaffold-file.js'
import { type Generation, importPath } from './generation.js'
import { camelCase, kebabCase, quoted } from './identifiers.js'

/** An exporter that is to be written. */
export interface NewExporter {
  readonly name: string
  /** The first is the extension of its files as well. */
  readonly formats: readonly string[]
}

/** An exporter that writes a line for each record, and a test. */
export function exporterFiles({ name, formats }: NewExporter, folder: string): Generation {
  const stem = kebabCase(name)
  const path = `${folder}/${stem}.exporter.ts`
  const constant = camelCase(`${name}_exporter`, 'exporter')
  return [
    { path, content: exporterText(name, formats, constant) },
    testFile(name, formats[0]!, constant, `test/${stem}.exporter.test.ts`, path),
  ]
}

function exporterText(name: string, formats: readonly string[], constant: string): string {
  return `import { defineExporter, toJsonText } from 'tasker'

export const ${constant} = defineExporter({
  name: ${quoted(name)},
  formats: [${formats.map(quoted).join(', ')}],
  contentType: 'text/plain',
  fileExtension: ${quoted(formats[0]!)},
  // Records stream through: what is held does not grow with their number.
  async *export(records, { columns }) {
    for await (const record of records) {
      const cells = columns.map((column) => \`\${column}=\${toJsonText(record[column] ?? null)}\`)
      yield \`\${cells.join(' ')}\\n\`
    }
  },
})
`
}

function testFile(name: string, format: string, constant: string, path: string, exporterPath: string): ScaffoldFile {
  const content = `import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { defineTask } from 'tasker'
import { createTestTasker } from 'tasker/testing'
import { ${constant} } from '${importPath(path, exporterPath)}'

const sample = defineTask({ name: 'sample' }).step('only', async () => 1)

test(${quoted(`${name} writes a line for each record`)}, async () => {
  const t = await createTestTasker({ handlers: [sample], exporters: [${constant}] })
  await t.run(sample)
  const output = new PassThrough()
  const written = text(output)
  await t.exports.run({ source: 'steps', format: ${quoted(format)}, output, columns: ['name', 'attempts', 'error'] })
  await t.stop()
  assert.equal(await written, 'name="only" attempts=1 error=null\\n')
})
`
  return { path, content }
}
