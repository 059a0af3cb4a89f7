import { defineTask } from 'tasker'
import { Type } from 'typebox'
import { orderFulfilled } from '../../order-fulfilled.event.js'
import { CheckFraud } from './check-fraud.js'
import { Order } from './order.js'
import { charge, confirm, priceItems, quoteShipping, ship } from './order-steps.js'

const CENTS_PER_POINT = 50

/** The second version, in code: it looks for fraud before it charges, and gives points for what was paid. */
export const processOrder = defineTask({
  name: 'process_order',
  version: '2.0.0',
  description: 'Prices an order of films, checks it, charges the card, ships the parcel and awards points.',
  context: Order,
  sensitive: ['card'],
  customEvents: [orderFulfilled],
})
  .step('price_items', { dependentSystem: 'catalogue' }, priceItems)
  .step('quote_shipping', { dependentSystem: 'carrier' }, quoteShipping)
  .step('check_fraud', {
    handler: CheckFraud,
    // A schema binds what the handler returns, and what a person would resolve the step with.
    results: Type.Object({ score: Type.Number({ minimum: 0, maximum: 1 }) }),
  })
  .step(
    'charge',
    {
      dependsOn: ['price_items', 'quote_shipping', 'check_fraud'],
      dependentSystem: 'payment_gateway',
      retry: { limit: 5 },
      timeoutMs: 30_000,
    },
    charge,
  )
  .step('award_points', { dependsOn: ['charge'] }, async ({ results }) => {
    return { points: Math.floor(results.charge.amountCents / CENTS_PER_POINT) }
  })
  .step('ship', { dependsOn: ['quote_shipping', 'charge'], dependentSystem: 'carrier' }, ship)
  .step('confirm', { dependsOn: ['charge', 'award_points', 'ship'] }, confirm)
