import { defineTask, PermanentError } from 'tasker'
import { Type } from 'typebox'

/** Reserves and prices an order at the same time, and ships it when both are done. */
export const shipOrder = defineTask({
  namespace: 'orders',
  name: 'ship_order',
  version: '1.0.0',
  description: 'Ships an order.',
  context: Type.Object({ orderId: Type.Integer(), weightKg: Type.Number({ default: 1 }) }),
})
  .step('reserve', async ({ context }) => {
    // Nothing that is tried again would help: the step ends in error at once.
    if (context.orderId < 1) throw new PermanentError(`there is no order ${context.orderId}`, { code: 'NO_ORDER' })
    return { shelf: `A${context.orderId}` }
  })
  .step('price', async ({ context }) => ({ cents: Math.round(context.weightKg * 450) }))
  .step(
    'ship',
    // Any other error is tried again, here up to four times.
    { dependsOn: ['reserve', 'price'], retry: { limit: 5 }, timeoutMs: 30_000 },
    async ({ results, idempotencyKey, progress }) => {
      progress(0.5, 'label printed')
      // The same key in every attempt: hand it to the system that you call, and the parcel leaves once.
      return { shelf: results.reserve.shelf, cents: results.price.cents, parcel: idempotencyKey }
    },
  )
