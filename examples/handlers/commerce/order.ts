import { type Static, Type } from 'typebox'

/** What a shop sends: films by title, to a state of the USA. */
export const Order = Type.Object({
  orderId: Type.Integer({ minimum: 1 }),
  customer: Type.String({ minLength: 1 }),
  card: Type.String({ pattern: '^[0-9]{12,19}$' }),
  shipTo: Type.String({ minLength: 1 }),
  items: Type.Array(
    Type.Object({ title: Type.String({ minLength: 1 }), quantity: Type.Integer({ minimum: 1, maximum: 100 }) }),
    { minItems: 1 },
  ),
})

export type Order = Static<typeof Order>
