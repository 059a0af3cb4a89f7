/** Which part of a list is asked for. */
export interface Page {
  /** From 1 to 1000. Default 100. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string
}

/** A part of a list. */
export interface PageOf<T> {
  readonly items: readonly T[]
  /** Give it as `after` to get the next page; absent on the last one. */
  readonly next?: string
}
