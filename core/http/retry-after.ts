/** When what the server asks for in `Retry-After` is heeded. */
export interface RetryAfterRule {
  /** Of which statuses. */
  readonly statuses: readonly number[]
  /** The least delay, in milliseconds: a date that has passed, or 0, must not make a loop without a pause. */
  readonly minMs: number
  /** The longest delay, in milliseconds; besides, the longest backoff of the step or the configuration holds. */
  readonly maxMs: number
}

/** What holds unless the option `retryAfter` says otherwise, which is laid over this. */
export const retryAfterRule: RetryAfterRule = Object.freeze({
  statuses: Object.freeze([429, 503]),
  minMs: 1_000,
  maxMs: 3_600_000,
})

/**
 * Milliseconds from now until the server wants to be asked again; undefined where it does not say, or says what cannot be read.
 *
 * A date is compared with the `Date` of the response where it has one: how far the clocks of both are apart then does not matter.
 *
 * @example
 * parseRetryAfter(new Headers({ 'retry-after': '120' })) // 120_000
 */
export function parseRetryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  // Date.parse reads much that is no date of HTTP, such as "5.5" or "-3"; each of those begins with the name of a weekday.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return undefined
  const sentAt = Date.parse(headers.get('date') ?? '')
  return Math.max(0, at - (Number.isNaN(sentAt) ? now : sentAt))
}

/** What a rule makes of a response: the delay, in milliseconds, that its next attempt waits; undefined for the usual backoff. */
export function retryDelayOf(
  status: number,
  headers: Headers,
  { statuses, minMs, maxMs }: RetryAfterRule,
): number | undefined {
  if (!statuses.includes(status)) return undefined
  const asked = parseRetryAfter(headers)
  return asked === undefined ? undefined : Math.min(Math.max(asked, minMs), maxMs)
}
