import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'
import { shipOrder } from '../handlers/orders/ship-order.task.ts'

describe('ship_order', () => {
  let t: TestTasker

  before(async () => {
    t = await createTestTasker({ handlers: [shipOrder] })
  })

  after(() => t.stop())

  it('ships what is reserved and priced', async () => {
    const { state, steps } = await t.run(shipOrder, { orderId: 7, weightKg: 2 })
    assert.equal(state, 'complete')
    assert.equal(steps.ship.results.shelf, 'A7')
    assert.equal(steps.ship.results.cents, 900)
  })

  it('tries again when shipping fails, and waits under the virtual clock', async () => {
    t.faults.failStep('ship', { times: 2 })
    const { state, steps } = await t.run(shipOrder, { orderId: 8, weightKg: 1 })
    assert.equal(state, 'complete')
    assert.equal(steps.ship.attempts, 3)
  })

  it('ends at once for an order that is not there', async () => {
    const { state, steps } = await t.run(shipOrder, { orderId: 0, weightKg: 1 })
    assert.equal(state, 'error')
    assert.equal(steps.reserve.error?.code, 'NO_ORDER')
    assert.equal(steps.reserve.attempts, 1)
  })
})
