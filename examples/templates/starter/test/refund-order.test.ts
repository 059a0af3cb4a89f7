import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'

describe('refund_order', () => {
  let t: TestTasker

  before(async () => {
    t = await createTestTasker({ handlers: ['./handlers/orders/refund-order.task.yaml'] })
  })

  after(() => t.stop())

  it('pays back what is complained about', async () => {
    const run = await t.run({ namespace: 'orders', name: 'refund_order', context: { orderId: 7, cents: 900 } })
    assert.equal(run.state, 'complete')
    assert.deepEqual(run.steps.pay_back?.results, { cents: 900 })
  })

  it('pays back nothing where the complaint is not accepted', async () => {
    const run = await t.run({ namespace: 'orders', name: 'refund_order', context: { orderId: 7, cents: 10_001 } })
    assert.deepEqual(run.steps.pay_back?.results, { cents: 0 })
  })
})
