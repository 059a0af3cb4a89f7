import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportRecord } from 'tasker'
import { xmlExporter } from '../src/index.js'

async function xmlOf(records: readonly ExportRecord[], columns: readonly string[], options = {}) {
  async function* all() {
    yield* records
  }
  const context = { source: 'tasks', columns, options, signal: new AbortController().signal } as const
  const chunks: string[] = []
  for await (const chunk of xmlExporter.export(all(), context as never)) chunks.push(String(chunk))
  return chunks.join('')
}

test('writes an element for each record, its values escaped, and leaves out what has no value', async () => {
  const record = { id: 1n, name: 'a < b & "c"', at: new Date(0), error: null, tags: ['x'] }
  const text = await xmlOf([record], ['id', 'name', 'at', 'error', 'tags'])
  assert.equal(
    text,
    '<?xml version="1.0" encoding="UTF-8"?>\n<tasks>\n' +
      '  <record><id>1</id><name>a &lt; b &amp; &quot;c&quot;</name><at>1970-01-01T00:00:00.000Z</at>' +
      '<tags>[&quot;x&quot;]</tags></record>\n</tasks>\n',
  )
})

test('names elements as XML wants it, and as the options say', async () => {
  const text = await xmlOf([{ 'context.order id': 1, '2nd': 2 }], ['context.order id', '2nd'], {
    root: 'orders',
    row: 'order',
  })
  assert.match(
    text,
    /<orders>\n {2}<order><context\.order_id>1<\/context\.order_id><_2nd>2<\/_2nd><\/order>\n<\/orders>/,
  )
})

test('is well formed without records, and with characters that XML does not have', async () => {
  assert.equal(await xmlOf([], ['id']), '<?xml version="1.0" encoding="UTF-8"?>\n<tasks>\n</tasks>\n')
  assert.match(await xmlOf([{ id: 'a\u0000b\u001b' }], ['id']), /<id>a\ufffdb\ufffd<\/id>/)
})
