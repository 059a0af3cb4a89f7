import { defineTask, httpStep, PermanentError } from 'tasker'
import { type Static, Type } from 'typebox'
import { shopApi } from '../../shop-api/address.ts'
import { Cart, Created, ProductList, productFields, readAnswer, toCents } from '../../shop-api/shapes.ts'
import { type OrderLine, priceOrder } from './pricing.ts'

/** Checks a cart and the stock, prices the order, and places it. */
export const orderProcessing = defineTask({
  namespace: 'ecommerce',
  name: 'order_processing',
  version: '1.0.1',
  description: 'Checks a cart and the stock, prices the order, and places it.',
  context: Type.Object({ cart_id: Type.Integer({ minimum: 1 }) }),
})
  .step(
    'validate_cart',
    { retry: { limit: 3 }, dependentSystem: 'shop_api' },
    httpStep({
      url: ({ context }) => shopApi(`/carts/${context.cart_id}`),
      results: ({ body }) => validCart(readAnswer(Cart, body)),
    }),
  )
  .step(
    'check_inventory',
    { dependsOn: ['validate_cart'], retry: { limit: 3 }, dependentSystem: 'shop_api' },
    httpStep({
      url: () => shopApi('/products'),
      query: { limit: 0, select: productFields }, // 0: all of them
      results: ({ body }, { results }) => ({
        lines: availableLines(results.validate_cart.products, readAnswer(ProductList, body)),
      }),
    }),
  )
  .step('calculate_pricing', { dependsOn: ['check_inventory'] }, async ({ results }) =>
    priceOrder(results.check_inventory.lines),
  )
  .step(
    'create_order',
    {
      dependsOn: ['validate_cart', 'check_inventory', 'calculate_pricing'],
      retry: { limit: 2 },
      dependentSystem: 'shop_api',
    },
    // Both attempts carry the same Idempotency-Key, so that an answer that got lost does not make a second order.
    httpStep({
      url: () => shopApi('/orders/add'),
      body: ({ results }) => ({
        userId: results.validate_cart.userId,
        products: results.check_inventory.lines.map(({ productId, quantity }) => ({ id: productId, quantity })),
        totalCents: results.calculate_pricing.totalCents,
      }),
      results: ({ body }, { results }) => ({
        orderId: readAnswer(Created, body).id,
        totalCents: results.calculate_pricing.totalCents,
      }),
    }),
  )

function validCart({ id, userId, products }: Static<typeof Cart>) {
  if (products.length === 0) throw new PermanentError(`cart ${id} is empty`, { code: 'CART_EMPTY' })
  return { userId, products: products.map((product) => ({ id: product.id, quantity: product.quantity })) }
}

/** The lines of the order, at the prices of today. */
function availableLines(
  wanted: readonly { readonly id: number; readonly quantity: number }[],
  { products }: Static<typeof ProductList>,
): OrderLine[] {
  return wanted.map(({ id, quantity }) => {
    const product = products.find((each) => each.id === id)
    if (product === undefined) throw new PermanentError(`there is no product ${id}`, { code: 'NO_PRODUCT' })
    if (product.stock < quantity) {
      const message = `${quantity} of ${product.title} are wanted, ${product.stock} are there`
      throw new PermanentError(message, { code: 'OUT_OF_STOCK', details: { productId: id, stock: product.stock } })
    }
    const { title, category, price } = product
    return { productId: id, title, category, quantity, priceCents: toCents(price) }
  })
}
