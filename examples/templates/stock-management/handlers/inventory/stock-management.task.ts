import { defineTask, httpStep } from 'tasker'
import { Type } from 'typebox'
import { shopApi } from '../../shop-api/address.ts'
import { ProductList, productFields, readAnswer } from '../../shop-api/shapes.ts'
import { lowStock, reorders } from './reordering.ts'

/** Looks at the stock, and says what to order again and how urgently. */
export const stockManagement = defineTask({
  namespace: 'inventory',
  name: 'stock_management',
  version: '1.0.0',
  description: 'Looks at the stock, and says what to order again and how urgently.',
  context: Type.Object({ threshold: Type.Integer({ minimum: 0 }) }),
})
  .step(
    'monitor_stock_levels',
    { retry: { limit: 3 }, dependentSystem: 'shop_api' },
    httpStep({
      url: () => shopApi('/products'),
      query: { limit: 100, select: productFields },
      results: ({ body }) => readAnswer(ProductList, body),
    }),
  )
  .step('identify_low_stock', { dependsOn: ['monitor_stock_levels'] }, async ({ context, results }) => {
    const { products } = results.monitor_stock_levels
    return {
      checked: products.length,
      low: lowStock(products, context.threshold).length,
      reorders: reorders(products, context.threshold),
    }
  })
