import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createTestTasker } from 'tasker/testing'
import { tsvExporter } from '../exporters/tsv.exporter.ts'
import { shipOrder } from '../handlers/orders/ship-order.task.ts'

test('steps are exported as tab-separated values', async () => {
  const t = await createTestTasker({ handlers: [shipOrder], exporters: [tsvExporter] })
  await t.run(shipOrder, { orderId: 7, weightKg: 2 })
  const output = new PassThrough()
  const written = text(output)
  await t.exports.run({ source: 'steps', format: 'tsv', output, columns: ['name', 'state', 'attempts', 'error'] })
  await t.stop()
  const lines = (await written).split('\n')
  assert.equal(lines[0], 'name\tstate\tattempts\terror')
  assert.deepEqual(lines.slice(1).sort(), ['', 'price\tcomplete\t1\t', 'reserve\tcomplete\t1\t', 'ship\tcomplete\t1\t'])
})
