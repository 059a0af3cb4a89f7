import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'
import { stockManagement } from '../handlers/inventory/stock-management.task.ts'
import { type StandIn, startStandIn } from '../shop-api/stand-in/server.ts'

describe('inventory/stock_management', () => {
  let t: TestTasker
  let api: StandIn

  before(async () => {
    api = await startStandIn()
    process.env.SHOP_API_URL = api.url
    // A step that waits for an answer does not wait for the clock.
    t = await createTestTasker({ handlers: [stockManagement], handlerPatienceMs: 10_000 })
  })

  after(async () => {
    await t.stop()
    await api.close()
  })

  it('says what to order again, most pressing first', async () => {
    const { state, steps } = await t.run(stockManagement, { threshold: 10 })
    assert.equal(state, 'complete')
    const { checked, low, reorders } = steps.identify_low_stock.results
    assert.deepEqual([checked, low], [16, 10])
    assert.deepEqual(
      reorders.slice(0, 4).map(({ title, quantity, urgency }) => [title, quantity, urgency]),
      [
        ['Basmati Rice 2 kg', 100, 'critical'],
        ['Olive Oil 1 l', 100, 'high'],
        ['Linen Cushion', 50, 'high'],
        ['Desk Lamp', 50, 'critical'],
      ],
    )
    assert.match(api.requests[0] ?? '', /^GET \/products\?limit=100&select=/)
  })

  it('finds nothing below a threshold that nothing reaches, but what is gone', async () => {
    const { steps } = await t.run(stockManagement, { threshold: 0 })
    assert.equal(steps.identify_low_stock.results.low, 2)
  })

  it('looks again when the API fails', async () => {
    api.failNext(500, 2)
    const { state, steps } = await t.run(stockManagement, { threshold: 10 })
    assert.equal(state, 'complete')
    assert.equal(steps.monitor_stock_levels.attempts, 3)
  })
})
