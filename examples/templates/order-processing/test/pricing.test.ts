import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { discountOf, type OrderLine, priceOrder, shippingOf } from '../handlers/ecommerce/pricing.ts'

const line = (priceCents: number, quantity = 1, category = 'groceries'): OrderLine => ({
  productId: 1,
  title: 'anything',
  category,
  quantity,
  priceCents,
})
const beauty = (lines: number) => Array.from({ length: lines }, () => line(1_00, 1, 'beauty'))

describe('the price of an order', () => {
  it('has 8 % of tax, rounded to cents', () => {
    assert.equal(priceOrder([line(100_00)]).taxCents, 8_00)
    assert.equal(priceOrder([line(1_06)]).taxCents, 8)
    assert.equal(priceOrder([line(1_07)]).taxCents, 9)
  })

  it('has free shipping from 100.00, 5.99 from 50.00, and 9.99 below', () => {
    const cases = { 0: 9_99, 4999: 9_99, 5000: 5_99, 9999: 5_99, 10000: 0, 50000: 0 }
    for (const [subtotal, shipping] of Object.entries(cases)) assert.equal(shippingOf(Number(subtotal)), shipping)
  })

  it('has a discount of 10 % from 200.00', () => {
    assert.equal(discountOf(199_99, []), 0)
    assert.equal(discountOf(200_00, []), 20_00)
    assert.equal(discountOf(250_50, []), 25_05)
  })

  it('has 5.00 off for three beauty products, besides the other discount', () => {
    assert.equal(discountOf(50_00, beauty(2)), 0)
    assert.equal(discountOf(50_00, beauty(3)), 5_00)
    assert.equal(discountOf(200_00, beauty(4)), 25_00)
  })

  it('is the subtotal less the discount, with shipping and tax', () => {
    assert.deepEqual(priceOrder([line(12_50, 2), line(30_00)]), {
      subtotalCents: 55_00,
      discountCents: 0,
      shippingCents: 5_99,
      taxCents: 4_40,
      totalCents: 65_39,
    })
    assert.deepEqual(priceOrder([line(100_00, 2), ...beauty(3)]), {
      subtotalCents: 203_00,
      discountCents: 25_30,
      shippingCents: 0,
      taxCents: 16_24,
      totalCents: 193_94,
    })
  })
})
