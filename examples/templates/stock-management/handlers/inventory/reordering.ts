export interface StockedProduct {
  readonly id: number
  readonly title: string
  readonly category: string
  readonly stock: number
}

export type Urgency = 'critical' | 'high' | 'medium' | 'low'

export interface Reorder {
  readonly productId: number
  readonly title: string
  readonly stock: number
  readonly quantity: number
  readonly urgency: Urgency
}

/** How much it matters that a category runs short. */
const weights: Readonly<Record<string, number>> = {
  groceries: 3,
  'home-decoration': 3,
  beauty: 2,
  fragrances: 2,
  furniture: 1,
}
const otherWeight = 1.5

const baseQuantity = 50
/** Groceries turn over quickly, furniture slowly. */
const quantityFactors: Readonly<Record<string, number>> = { groceries: 2, furniture: 0.5 }

const longestList = 10

/** What to order again, most pressing first: by what is missing to the threshold, times the weight of the category. */
export function reorders(products: readonly StockedProduct[], threshold: number): Reorder[] {
  const pressure = ({ stock, category }: StockedProduct) => (threshold - stock) * stockWeight(category)
  return lowStock(products, threshold)
    .toSorted((one, other) => pressure(other) - pressure(one) || one.id - other.id)
    .slice(0, longestList)
    .map(({ id, title, stock, category }) => ({
      productId: id,
      title,
      stock,
      quantity: reorderQuantity(category),
      urgency: urgencyOf(stock),
    }))
}

export function lowStock<P extends StockedProduct>(products: readonly P[], threshold: number): P[] {
  return products.filter(({ stock }) => stock <= threshold)
}

export function stockWeight(category: string): number {
  return weights[category] ?? otherWeight
}

export function reorderQuantity(category: string): number {
  return baseQuantity * (quantityFactors[category] ?? 1)
}

export function urgencyOf(stock: number): Urgency {
  if (stock <= 0) return 'critical'
  if (stock <= 5) return 'high'
  return stock <= 10 ? 'medium' : 'low'
}
