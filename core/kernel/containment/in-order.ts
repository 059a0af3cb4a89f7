export interface OrderedWork<T> {
  /** In an order in which each comes after those it waits for. */
  readonly items: readonly T[]
  nameOf(item: T): string
  /** Names of those that must be done before it. */
  waitsFor(item: T): readonly string[]
  /** Never rejects. */
  work(item: T): Promise<void>
  /** After so long, in milliseconds, others that do not wait for it go on. */
  readonly patienceMs: number
}

/**
 * Does work for one after the other. One that takes long holds up only those that wait for it: ten that hang cost one time limit and
 * ten times a little patience, not ten time limits.
 */
export async function inOrder<T>({ items, nameOf, waitsFor, work, patienceMs }: OrderedWork<T>): Promise<void> {
  const underWay = new Map<string, Promise<void>>()
  for (const item of items) {
    await Promise.all(waitsFor(item).map((name) => underWay.get(name)))
    const doing = work(item)
    underWay.set(nameOf(item), doing)
    await atMost(patienceMs, doing)
  }
  await Promise.all(underWay.values())
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([work, late.promise])
  clearTimeout(timer)
}
