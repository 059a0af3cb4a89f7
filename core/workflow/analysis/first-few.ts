/**
 * The first `limit` of many in an order, in one pass: sorting all to show ten would be the only part of an analysis that is not linear.
 * What compares equal keeps its order.
 */
export function firstFew<T>(items: Iterable<T>, limit: number, compare: (one: T, other: T) => number): T[] {
  const few: T[] = []
  for (const item of items) {
    let place = few.length
    while (place > 0 && compare(item, few[place - 1]!) < 0) place -= 1
    if (place >= limit) continue
    few.splice(place, 0, item)
    if (few.length > limit) few.pop()
  }
  return few
}
