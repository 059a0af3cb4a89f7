import assert from 'node:assert/strict'
import type { ContextOf } from '../../../core/contracts/tasks-api.js'
import { ecommerceProcessOrder, newCatalogue, shippingOf } from '../../fixtures/acceptance/ecommerce-process-order.js'
import { Outside } from '../../fixtures/acceptance/outside.js'
import { onBothClocks } from './both-clocks.js'
import { checkRun } from './check-run.js'

const outside = new Outside()
const catalogue = newCatalogue()
const processOrder = ecommerceProcessOrder(outside, catalogue)
type Request = ContextOf<typeof processOrder>

const order: Request = {
  cart_items: [
    { product_id: 1, quantity: 2 },
    { product_id: 2, quantity: 1 },
  ],
  payment_info: { method: 'credit_card', token: 'tok_1', amount: 124.76, currency: 'USD' },
  customer_info: { name: 'Ada', email: 'ada@example.com' },
  priority: 'express',
}
const notReached = ['pending', 0] as const

onBothClocks('ecommerce.process_order', [processOrder], (scene) => {
  beforeEach(() => {
    outside.reset()
    for (const [id, product] of newCatalogue()) catalogue.set(id, product)
  })

  it('charges 124.76 for goods of 109.97, with 8 % tax and shipping, and confirms', async () => {
    const run = await scene.tasker.run(processOrder, order)
    checkRun(scene, run, 'complete')
    const { subtotal, tax, shipping, total } = run.steps.validate_cart.results
    assert.deepEqual({ subtotal, tax, shipping, total }, { subtotal: 109.97, tax: 8.8, shipping: 5.99, total: 124.76 })
    assert.equal(run.steps.process_payment.results.amount_charged, 124.76)
    assert.equal(run.steps.create_order.results.total, 124.76)
    assert.deepEqual([catalogue.get(1)?.stock, catalogue.get(2)?.stock], [98, 24])
    assert.equal(outside.calls('mail.send').length, 1)
    const timeouts = run.task.steps.map(({ timeoutMs, retryLimit }) => [timeoutMs / 1000, retryLimit])
    assert.deepEqual(timeouts, [
      [15, 3],
      [30, 3],
      [20, 2],
      [15, 3],
      [10, 5],
    ])
  })

  it('charges once, though the gateway fails at first', async () => {
    outside.answer('gateway.charge', new Error('the gateway is away'))
    const run = await scene.tasker.run(processOrder, order)
    checkRun(scene, run, 'complete', { process_payment: ['complete', 2] })
    const keys = outside
      .calls('gateway.charge')
      .map(({ request }) => (request as { idempotencyKey: string }).idempotencyKey)
    assert.equal(keys.length, 2)
    assert.equal(new Set(keys).size, 1, 'both attempts ask with one key')
  })

  it('creates no order where the stock does not suffice', async () => {
    catalogue.get(2)!.stock = 0
    const run = await scene.tasker.run(processOrder, order)
    checkRun(scene, run, 'error', {
      update_inventory: ['error', 1],
      create_order: notReached,
      send_confirmation: notReached,
    })
    assert.equal(run.steps.update_inventory.error?.code, 'INSUFFICIENT_STOCK')
    assert.equal(catalogue.get(1)?.stock, 100, 'nothing was taken')
  })

  const mistakes: readonly [code: string, Partial<Request>][] = [
    ['MISSING_CART_ITEMS', { cart_items: [] }],
    ['INVALID_QUANTITY', { cart_items: [{ product_id: 1, quantity: 0 }] }],
    ['PRODUCT_NOT_FOUND', { cart_items: [{ product_id: 99, quantity: 1 }] }],
    ['PRODUCT_INACTIVE', { cart_items: [{ product_id: 3, quantity: 1 }] }],
    ['MISSING_PAYMENT_METHOD', { payment_info: { token: 'tok', amount: 124.76, currency: 'EUR' } }],
    ['MISSING_PAYMENT_TOKEN', { payment_info: { method: 'paypal', amount: 124.76, currency: 'EUR' } }],
    ['PAYMENT_AMOUNT_MISMATCH', { payment_info: { method: 'paypal', token: 'tok', amount: 1, currency: 'GBP' } }],
  ]
  for (const [code, change] of mistakes) {
    it(`ends with ${code} at the first attempt`, async () => {
      const run = await scene.tasker.run(processOrder, { ...order, ...change })
      assert.equal(run.state, 'error')
      const failed = run.task.steps.filter(({ state }) => state === 'error')
      assert.deepEqual(
        failed.map(({ attempts, error }) => [attempts, error?.code, error?.retryable]),
        [[1, code, false]],
      )
    })
  }

  it('is stored with the defaults of its schema', async () => {
    const { priority: _, payment_info, ...rest } = order
    const { currency: __, ...payment } = payment_info
    const request = { namespace: 'ecommerce', name: 'process_order', context: { ...rest, payment_info: payment } }
    const run = await scene.tasker.run(request)
    assert.equal(run.state, 'complete')
    const { priority, payment_info: stored } = run.task.context as Request
    assert.deepEqual([priority, stored.currency], ['standard', 'USD'])
  })

  it('is not created with what its schema does not know', async () => {
    const wrong = [
      { payment_info: { ...order.payment_info, method: 'cash' } },
      { payment_info: { ...order.payment_info, currency: 'CHF' } },
      { priority: 'whenever' },
      { customer_info: { name: 'Ada', email: 'nowhere' } },
      { cart_items: undefined },
    ]
    for (const change of wrong) {
      await assert.rejects(scene.tasker.run(processOrder, { ...order, ...change } as never), {
        code: 'CONTEXT_INVALID',
      })
    }
  })
})

describe('shipping', () => {
  it('goes by weight, half a pound a piece', () => {
    assert.deepEqual([1, 4, 5, 20, 21].map(shippingOf), [5.99, 5.99, 9.99, 9.99, 14.99])
  })
})
