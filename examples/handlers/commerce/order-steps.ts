import { createHash } from 'node:crypto'
import type { TypedStepContext } from 'tasker'
import { orderFulfilled } from '../../order-fulfilled.event.js'
import { findPrices } from './film-catalogue.js'
import type { Order } from './order.js'
import { chargeCard } from './payment-gateway.js'
import { findTariff } from './shipping-tariff.js'

// The steps that both versions of process_order share. A handler says which context and which results it needs; the chain of
// version 2 checks that it gets them, and the YAML of version 1 names them.

type OrderStep<Results = unknown> = TypedStepContext<Order, Results>

interface PricedItems {
  readonly lines: readonly { readonly title: string; readonly quantity: number; readonly cents: number }[]
  readonly cents: number
}

export async function priceItems({ context, signal }: OrderStep): Promise<PricedItems> {
  const prices = await findPrices(
    context.items.map(({ title }) => title),
    signal,
  )
  const lines = context.items.map((item) => ({ ...item, cents: item.quantity * (prices.get(item.title) ?? 0) }))
  return { lines, cents: lines.reduce((sum, line) => sum + line.cents, 0) }
}

export async function quoteShipping({ context, signal }: OrderStep) {
  return await findTariff(context.shipTo, signal)
}

export async function charge(
  step: OrderStep<{
    readonly price_items: { readonly cents: number }
    readonly quote_shipping: { readonly cents: number }
  }>,
) {
  const { context, results, idempotencyKey, progress, signal } = step
  const amountCents = results.price_items.cents + results.quote_shipping.cents
  progress(0.1, 'asking the gateway')
  // The key is the same for all attempts, those after a crash included: it makes a repeated call the same charge.
  const { chargeId } = await chargeCard({ idempotencyKey, orderId: context.orderId, amountCents }, signal)
  return { chargeId, amountCents }
}

export async function ship({
  idempotencyKey,
  results,
}: OrderStep<{ readonly quote_shipping: { readonly city: string } }>) {
  // Derived from the key, not drawn by chance: another attempt asks for the same parcel.
  const parcel = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 10).toUpperCase()
  return { parcel, city: results.quote_shipping.city }
}

export async function confirm(
  step: OrderStep<{ readonly charge: { readonly amountCents: number }; readonly ship: { readonly parcel: string } }>,
) {
  const { context, results, version, publish } = step
  // Held back until this step is committed: an attempt that fails announces nothing.
  publish(orderFulfilled, { orderId: context.orderId, totalCents: results.charge.amountCents, version })
  return { orderId: context.orderId, parcel: results.ship.parcel }
}
