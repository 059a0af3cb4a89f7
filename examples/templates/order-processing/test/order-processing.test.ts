import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'
import { orderProcessing } from '../handlers/ecommerce/order-processing.task.ts'
import { type StandIn, startStandIn } from '../shop-api/stand-in/server.ts'

describe('ecommerce/order_processing', () => {
  let t: TestTasker
  let api: StandIn
  let earlier = 0

  before(async () => {
    api = await startStandIn()
    process.env.SHOP_API_URL = api.url
    // A step that waits for an answer does not wait for the clock.
    t = await createTestTasker({ handlers: [orderProcessing], handlerPatienceMs: 10_000 })
  })

  after(async () => {
    await t.stop()
    await api.close()
  })

  beforeEach(() => {
    earlier = api.requests.length
  })

  const requests = () => api.requests.slice(earlier)

  it('checks the cart and the stock, prices the order, and places it', async () => {
    const { state, steps } = await t.run(orderProcessing, { cart_id: 1 })
    assert.equal(state, 'complete')
    assert.deepEqual(steps.calculate_pricing.results, {
      subtotalCents: 292_65,
      discountCents: 34_27,
      shippingCents: 0,
      taxCents: 23_41,
      totalCents: 281_79,
    })
    assert.equal(steps.create_order.results.totalCents, 281_79)
    assert.deepEqual(requests(), [
      'GET /carts/1',
      'GET /products?limit=0&select=title%2Cprice%2Cstock%2Ccategory',
      'POST /orders/add',
    ])
  })

  const refused = {
    'a cart that is not there': [99, 'validate_cart', 'HTTP_404'],
    'an empty cart': [4, 'validate_cart', 'CART_EMPTY'],
    'what is not in stock': [5, 'check_inventory', 'OUT_OF_STOCK'],
    'more than is in stock': [6, 'check_inventory', 'OUT_OF_STOCK'],
  } as const
  for (const [what, [cartId, step, code]] of Object.entries(refused)) {
    it(`orders nothing for ${what}`, async () => {
      const { state, steps } = await t.run(orderProcessing, { cart_id: cartId })
      assert.equal(state, 'error')
      assert.deepEqual([steps[step].attempts, steps[step].error?.code], [1, code])
      assert(!requests().includes('POST /orders/add'))
    })
  }

  it('tries the cart three times, and then gives up', async () => {
    api.failNext(500, 3)
    const { state, steps } = await t.run(orderProcessing, { cart_id: 2 })
    assert.equal(state, 'error')
    assert.equal(steps.validate_cart.attempts, 3)
  })

  it('goes on when the API comes back', async () => {
    api.failNext(503, 2)
    const { state, steps } = await t.run(orderProcessing, { cart_id: 2 })
    assert.equal(state, 'complete')
    assert.equal(steps.validate_cart.attempts, 3)
  })
})
