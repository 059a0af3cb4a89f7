/** One line of an order. */
export interface OrderLine {
  readonly productId: number
  readonly title: string
  readonly category: string
  readonly quantity: number
  /** Of one piece. */
  readonly priceCents: number
}

export interface Pricing {
  readonly subtotalCents: number
  readonly discountCents: number
  readonly shippingCents: number
  readonly taxCents: number
  readonly totalCents: number
}

const taxPercent = 8
const volumeDiscount = { fromCents: 200_00, percent: 10 }
const beautyDiscount = { fromLines: 3, cents: 5_00 }

/** The price of an order. Tax, shipping and discount all start from the subtotal. */
export function priceOrder(lines: readonly OrderLine[]): Pricing {
  const subtotalCents = lines.reduce((sum, { priceCents, quantity }) => sum + priceCents * quantity, 0)
  const discountCents = discountOf(subtotalCents, lines)
  const shippingCents = shippingOf(subtotalCents)
  const taxCents = percentOf(subtotalCents, taxPercent)
  const totalCents = subtotalCents - discountCents + shippingCents + taxCents
  return { subtotalCents, discountCents, shippingCents, taxCents, totalCents }
}

/** 10 % of 200.00 and more; besides, 5.00 for three beauty products in one order. */
export function discountOf(subtotalCents: number, lines: readonly Pick<OrderLine, 'category'>[]): number {
  const forVolume = subtotalCents >= volumeDiscount.fromCents ? percentOf(subtotalCents, volumeDiscount.percent) : 0
  const beautyLines = lines.filter(({ category }) => category === 'beauty').length
  return forVolume + (beautyLines >= beautyDiscount.fromLines ? beautyDiscount.cents : 0)
}

/** Free from 100.00; 9.99 below 50.00, 5.99 between. */
export function shippingOf(subtotalCents: number): number {
  if (subtotalCents >= 100_00) return 0
  return subtotalCents < 50_00 ? 9_99 : 5_99
}

function percentOf(cents: number, percent: number): number {
  return Math.round((cents * percent) / 100)
}
