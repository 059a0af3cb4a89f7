/** What a status makes of an attempt: its results, another attempt, or the end of the step. */
export type HttpOutcome = 'success' | 'retryable' | 'permanent'

/** A status, `404`, or a class of them, `4xx`, and what it means. A status wins over its class. */
export type HttpStatuses = Readonly<Partial<Record<number | `${1 | 2 | 3 | 4 | 5}xx`, HttpOutcome>>>

/**
 * What each status means unless an option `statuses` says otherwise, which is laid over this.
 *
 * Permanent is only what the same request will be answered with again. Other client errors are retried: 408, 409, 423 and 425
 * pass by themselves. Redirects are not followed, since the headers of the request, secrets among them, would go along.
 */
export const httpStatuses: HttpStatuses = Object.freeze({
  '1xx': 'retryable',
  '2xx': 'success',
  '3xx': 'retryable',
  '4xx': 'retryable',
  '5xx': 'retryable',
  400: 'permanent',
  401: 'permanent',
  403: 'permanent',
  404: 'permanent',
  422: 'permanent',
})

export const httpOutcomes: readonly HttpOutcome[] = Object.freeze(['success', 'retryable', 'permanent'])

/**
 * What a status means.
 *
 * @example
 * outcomeOf(409) // 'retryable'
 * outcomeOf(409, { 409: 'success' }) // 'success'
 */
export function outcomeOf(status: number, overrides: HttpStatuses = {}): HttpOutcome {
  const group = `${Math.floor(status / 100)}xx` as keyof HttpStatuses
  // A class that a user overrides wins over a status of ours: { '4xx': 'permanent' } means all of them.
  return (
    overrides[status] ?? overrides[group] ?? httpStatuses[status] ?? httpStatuses[group] ?? ('retryable' as HttpOutcome)
  )
}
