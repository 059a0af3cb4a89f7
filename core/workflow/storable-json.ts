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
    return { ok: false, problem: { path: '', problem: `${bytes} bytes as JSON, more than the limit of ${maxBytes}` } }
  }
  const parsed: unknown = JSON.parse(text)
  // JSON.stringify writes NUL and lone surrogates as \u escapes: the walk is needed only where such an escape occurs.
  const problem = /\\u0000|\\u[dD][89a-fA-F]/.test(text) ? findBadText(parsed, '') : undefined
  return problem ? { ok: false, problem } : { ok: true, value: parsed, bytes }
}

function stringify(value: unknown): string | StorageProblem {
  let problem: StorageProblem | undefined
  const paths = new WeakMap<object, string>()
  const check = function (this: unknown, key: string, item: unknown): unknown {
    const holder = this as object
    const path = join(paths.get(holder) ?? '', key, Array.isArray(holder))
    if (typeof item === 'object' && item !== null) paths.set(item, path)
    const reason = unstorableReason(item)
    if (reason) problem ??= { path, problem: reason }
    return reason ? null : item
  }
  try {
    const text = JSON.stringify(value === undefined ? null : value, check)
    return problem ?? text ?? { path: '', problem: `a ${typeof value}, which JSON cannot hold` }
  } catch (error) {
    return { path: '', problem: error instanceof Error ? error.message.split('\n')[0]! : String(error) }
  }
}

function unstorableReason(item: unknown): string | undefined {
  switch (typeof item) {
    case 'bigint':
      return 'a bigint, which JSON cannot hold: return it as a string'
    case 'number':
      return Number.isFinite(item) ? undefined : `${item}, which JSON cannot hold`
    case 'function':
    case 'symbol':
      return `a ${typeof item}, which JSON cannot hold`
    default:
      return item instanceof Map || item instanceof Set
        ? `a ${item.constructor.name}, which JSON would lose: return an array or an object`
        : undefined
  }
}

function findBadText(value: unknown, path: string): StorageProblem | undefined {
  if (typeof value === 'string') {
    const problem = badText(value)
    return problem ? { path, problem } : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const isArray = Array.isArray(value)
  for (const [key, item] of Object.entries(value)) {
    const keyProblem = isArray ? undefined : badText(key)
    if (keyProblem) return { path, problem: `a key with ${keyProblem}` }
    const problem = findBadText(item, join(path, key, isArray))
    if (problem) return problem
  }
  return undefined
}

function badText(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character (\\u0000), which PostgreSQL cannot store in text'
  return text.isWellFormed()
    ? undefined
    : 'a lone surrogate, half of a UTF-16 pair: the text was cut inside a character'
}

function join(path: string, key: string, isArray: boolean): string {
  if (key === '') return path
  if (isArray) return `${path}[${key}]`
  return path === '' ? key : `${path}.${key}`
}
