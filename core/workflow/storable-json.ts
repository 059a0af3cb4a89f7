/** Why a value cannot be stored: where in it, and what is wrong there. */
export interface StorageProblem {
  /** Path from the value: `items[3].name`; empty for the value itself. */
  readonly path: string
  readonly problem: string
}

export type StorableJson =
  | { readonly ok: true; readonly value: unknown; readonly bytes: number }
  | { readonly ok: false; readonly problem: StorageProblem }

/**
 * Turns a value into what JSON and PostgreSQL's jsonb hold of it, or says why not: cycles, bigints, functions at the top,
 * numbers without a finite value, NUL characters and lone surrogates (jsonb refuses both), and too many bytes.
 *
 * `undefined` is stored as null; dates become strings, as JSON.stringify makes them.
 */
export function toStorableJson(value: unknown, maxBytes: number): StorableJson {
  const text = stringify(value)
  if (typeof text !== 'string') return { ok: false, problem: text }
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) {
    return { ok: false, problem: { path: '', problem: `${bytes} bytes of JSON, more than the limit of ${maxBytes}` } }
  }
  const parsed: unknown = JSON.parse(text)
  // JSON.stringify writes NUL and lone surrogates as \u escapes: the walk is needed only where such an escape occurs.
  const problem = /\\u0000|\\u[dD][89a-fA-F]/.test(text) ? findBadText(parsed, '') : undefined
  return problem ? { ok: false, problem } : { ok: true, value: parsed, bytes }
}

/** Objects in objects deeper than this are looked at with care: they may be cycles. */
const MOST_DEPTH = 100

/** Whether a value is nothing but what JSON holds as it is, so that it needs no look at each member while it is written. */
function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object': {
      if (value === null) return true
      if (depth > MOST_DEPTH) return false
      if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth + 1))
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype !== Object.prototype && prototype !== null) return false
      for (const key of Object.keys(value)) {
        if (!isPlainJson((value as Record<string, unknown>)[key], depth + 1)) return false
      }
      return true
    }
    default:
      return false
  }
}

function stringify(value: unknown): string | StorageProblem {
  if (isPlainJson(value)) return JSON.stringify(value)
  let problem: StorageProblem | undefined
  let lastPath = ''
  const paths = new WeakMap<object, string>()
  const check = function (this: unknown, key: string, item: unknown): unknown {
    const holder = this as object
    const path = join(paths.get(holder) ?? '', key, Array.isArray(holder))
    lastPath = path
    if (typeof item === 'object' && item !== null) paths.set(item, path)
    // JSON.stringify has called toJSON by now: an invalid date has become null.
    const reason = unstorableReason(item) ?? invalidDateReason((holder as Record<string, unknown>)[key])
    if (reason) problem ??= { path, problem: reason }
    return reason ? null : item
  }
  try {
    const text = JSON.stringify(value === undefined ? null : value, check)
    return problem ?? text ?? { path: '', problem: `a ${typeof value}, which JSON cannot hold` }
  } catch (error) {
    return problem ?? thrownProblem(error, lastPath)
  }
}

/** JSON.stringify finds a cycle at the value where it closes; a `toJSON` or a getter that throws, before it says where. */
function thrownProblem(error: unknown, path: string): StorageProblem {
  if (error instanceof RangeError) return { path: '', problem: 'objects in objects, too deep to be written as JSON' }
  const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
  if (!message.includes('circular')) return { path: '', problem: `something that JSON.stringify fails on: ${message}` }
  return { path, problem: 'an object that contains itself: JSON cannot hold a cycle' }
}

function unstorableReason(item: unknown): string | undefined {
  switch (typeof item) {
    case 'bigint':
      return 'a bigint, which JSON cannot hold: make it a string'
    case 'number':
      return Number.isFinite(item) ? undefined : `${item}, which JSON cannot hold`
    case 'function':
    case 'symbol':
      return `a ${typeof item}, which JSON cannot hold`
    default:
      if (item instanceof Promise) return 'a Promise, which JSON would lose: await it'
      if (item instanceof Error) return 'an Error, which JSON would lose: throw it, or make it its message'
      return item instanceof Map || item instanceof Set
        ? `a ${item.constructor.name}, which JSON would lose: make it an array or an object`
        : undefined
  }
}

function invalidDateReason(item: unknown): string | undefined {
  return item instanceof Date && Number.isNaN(item.getTime()) ? 'an invalid Date, which JSON would lose' : undefined
}

function findBadText(value: unknown, path: string): StorageProblem | undefined {
  if (typeof value === 'string') {
    const problem = badText(value)
    return problem ? { path, problem: `a text with ${problem}` } : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const isArray = Array.isArray(value)
  for (const [key, item] of Object.entries(value)) {
    const keyProblem = isArray ? undefined : badText(key)
    if (keyProblem) return { path, problem: `an object that has a key with ${keyProblem}` }
    const problem = findBadText(item, join(path, key, isArray))
    if (problem) return problem
  }
  return undefined
}

function badText(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character (\\u0000), which PostgreSQL cannot store'
  return text.isWellFormed()
    ? undefined
    : 'a lone surrogate, half of a UTF-16 pair: the text was cut inside a character'
}

function join(path: string, key: string, isArray: boolean): string {
  if (key === '') return path
  if (isArray) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
