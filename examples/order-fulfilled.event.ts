import { defineEvent } from 'tasker'
import { Type } from 'typebox'

/** An order is paid and on its way. Whoever names it in `on` or `publish` knows its payload from here. */
export const orderFulfilled = defineEvent(
  'order.fulfilled',
  Type.Object({ orderId: Type.Integer(), totalCents: Type.Integer(), version: Type.String() }),
  { durable: true, description: 'An order is paid and on its way.' },
)
