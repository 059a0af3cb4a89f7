import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lowStock, reorderQuantity, reorders, stockWeight, urgencyOf } from '../handlers/inventory/reordering.ts'

const product = (id: number, category: string, stock: number) => ({ id, title: `product ${id}`, category, stock })

describe('what to order again', () => {
  it('is what is at the threshold or below', () => {
    const products = [product(1, 'beauty', 11), product(2, 'beauty', 10), product(3, 'beauty', 0)]
    assert.deepEqual(
      lowStock(products, 10).map(({ id }) => id),
      [2, 3],
    )
  })

  it('is weighted by category', () => {
    const expected = { groceries: 3, 'home-decoration': 3, beauty: 2, fragrances: 2, furniture: 1, laptops: 1.5 }
    for (const [category, weight] of Object.entries(expected)) assert.equal(stockWeight(category), weight, category)
  })

  it('is 50 pieces, twice as many groceries, half as much furniture', () => {
    assert.equal(reorderQuantity('groceries'), 100)
    assert.equal(reorderQuantity('furniture'), 25)
    assert.equal(reorderQuantity('beauty'), 50)
  })

  it('is critical when nothing is left, high up to 5, medium up to 10', () => {
    const expected = { 0: 'critical', 1: 'high', 5: 'high', 6: 'medium', 10: 'medium', 11: 'low' }
    for (const [stock, urgency] of Object.entries(expected)) assert.equal(urgencyOf(Number(stock)), urgency, stock)
  })

  it('begins with what is missing most, by weight', () => {
    const products = [product(1, 'furniture', 0), product(2, 'beauty', 5), product(3, 'groceries', 6)]
    assert.deepEqual(reorders(products, 10), [
      { productId: 3, title: 'product 3', stock: 6, quantity: 100, urgency: 'medium' }, // 4 × 3
      { productId: 1, title: 'product 1', stock: 0, quantity: 25, urgency: 'critical' }, // 10 × 1, before 5 × 2 by its id
      { productId: 2, title: 'product 2', stock: 5, quantity: 50, urgency: 'high' },
    ])
  })

  it('is ten products at most', () => {
    const products = Array.from({ length: 12 }, (_, index) => product(index + 1, 'beauty', 1))
    assert.equal(reorders(products, 10).length, 10)
  })
})
