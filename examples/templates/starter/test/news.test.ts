import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createTestTasker } from 'tasker/testing'
import { shipOrder } from '../handlers/orders/ship-order.task.ts'
import { news } from '../subscribers/news.subscriber.ts'

test('the news tell how tasks end', async () => {
  const { mock: error } = mock.method(console, 'error', () => undefined)
  const t = await createTestTasker({ handlers: [shipOrder], subscribers: [news] })
  await t.run(shipOrder, { orderId: 7, weightKg: 2 })
  await t.run(shipOrder, { orderId: 0, weightKg: 1 })
  await t.stop() // subscribers have heard everything then
  const told = error.calls.map(({ arguments: [line] }) => line)
  error.restore()
  assert.deepEqual(told, ['news: ship_order is complete', 'news: ship_order failed in reserve'])
})
