import { HttpOptionsError } from '../errors/http-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { httpOutcomes } from './http-statuses.js'

type Check = (value: unknown, option: string) => void

const checks: Readonly<Record<string, Check>> = {
  url: (value, option) => {
    if (typeof value !== 'string' && typeof value !== 'function' && !(value instanceof URL)) {
      throw wrong(option, 'an absolute URL, or a function of the context that gives one', value)
    }
  },
  query: recordOrFunction,
  headers: recordOrFunction,
  tls: recordOrFunction,
  method: (value, option) => {
    if (typeof value !== 'string' || !/^[A-Za-z]+$/.test(value)) throw wrong(option, 'a method such as POST', value)
  },
  body: () => {},
  secrets: (value, option) => {
    if (typeof value !== 'function' && !isTexts(value)) throw wrong(option, 'a list of texts, or a function', value)
  },
  idempotencyKey: (value, option) => {
    if (typeof value !== 'boolean' && !isHeaderName(value)) throw wrong(option, 'the name of a header, or false', value)
  },
  timeoutMs: positiveInteger('milliseconds, an integer from 1 to 2 147 483 647'),
  maxResponseBytes: positiveInteger('bytes, an integer from 1 to 2 147 483 647'),
  keepHeaders: (value, option) => {
    if (!isTexts(value)) throw wrong(option, 'a list of names of headers', value)
  },
  statuses: checkStatuses,
  retryAfter: checkRetryAfter,
  results: (value, option) => {
    if (typeof value !== 'function') throw wrong(option, 'a function of the response', value)
  },
}

/** The options of an HTTP step. */
export const httpOptionNames: readonly string[] = Object.freeze(Object.keys(checks))

/**
 * Refuses options that an HTTP step cannot have. What is computed from the context is checked when it is.
 *
 * @param mayHaveMore whether others are somebody else's, such as of a class that extends the handler
 * @throws HttpOptionsError
 */
export function checkHttpOptions(options: object, mayHaveMore = false): void {
  if (!Object.hasOwn(options, 'url')) checks.url!(undefined, 'url')
  for (const [option, value] of Object.entries(options)) {
    if (Object.hasOwn(checks, option)) {
      if (value !== undefined || option === 'url') checks[option]!(value, option)
    } else if (!mayHaveMore) {
      throw unknownOption(option)
    }
  }
}

function unknownOption(option: string): HttpOptionsError {
  const nearest = nearestName(option, httpOptionNames)
  return new HttpOptionsError(`option "${option}"`, {
    expected: httpOptionNames.join(', '),
    received: 'another name',
    wayOut: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
  })
}

function recordOrFunction(value: unknown, option: string): void {
  if (typeof value !== 'function' && !isRecord(value)) throw wrong(option, 'an object, or a function', value)
}

function positiveInteger(expected: string): Check {
  return (value, option) => {
    // Timers of Node hold 31 bits: a longer one would fire at once.
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 2_147_483_647) {
      throw wrong(option, expected, value)
    }
  }
}

function checkStatuses(value: unknown, option: string): void {
  if (!isRecord(value)) throw wrong(option, "an object such as { 404: 'success', '3xx': 'permanent' }", value)
  for (const [status, outcome] of Object.entries(value)) {
    if (!/^[1-5](\d\d|xx)$/.test(status)) throw wrong(option, 'statuses such as 404, or classes such as 4xx', status)
    if (!httpOutcomes.includes(outcome as never)) throw wrong(`${option}.${status}`, httpOutcomes.join(', '), outcome)
  }
}

function checkRetryAfter(value: unknown, option: string): void {
  if (value === false) return
  if (!isRecord(value)) throw wrong(option, 'false, or an object with statuses, minMs or maxMs', value)
  for (const [name, one] of Object.entries(value)) {
    const isRight =
      name === 'statuses'
        ? Array.isArray(one) && one.every((status) => Number.isInteger(status))
        : (name === 'minMs' || name === 'maxMs') && Number.isFinite(one) && Number(one) >= 0
    if (!isRight) throw wrong(`${option}.${name}`, 'statuses, a list of numbers; minMs, maxMs: milliseconds', one)
  }
}

function wrong(option: string, expected: string, received: unknown): HttpOptionsError {
  return new HttpOptionsError(option, { expected, received: describeKind(received) })
}

/** A number or the kind of a value: a text may be a secret at the wrong place. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (typeof value === 'string') return `a text of ${value.length} characters`
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What RFC 9110 calls a token. */
export function isHeaderName(value: unknown): value is string {
  return typeof value === 'string' && /^[!#$%&'*+.^`|~\w-]+$/.test(value)
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
