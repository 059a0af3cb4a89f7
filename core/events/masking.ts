/** The parts of key names whose values are masked, unless the configuration lists others. */
export const defaultFilterParameters: readonly string[] = Object.freeze([
  'passw',
  'email',
  'secret',
  'token',
  '_key',
  'crypt',
  'salt',
  'certificate',
  'otp',
  'ssn',
])

/** What stands in place of a masked value, unless the configuration says otherwise. */
export const defaultFilterMask = '[FILTERED]'

export interface MaskingOptions {
  /** A key that contains one of these, in whatever case, has its value masked. Default {@link defaultFilterParameters}. */
  readonly parameters?: readonly string[]
  /** Default `[FILTERED]`. */
  readonly mask?: string
  /** Paths from the top, `context.card.number`; `*` stands for any key or index. */
  readonly sensitivePaths?: readonly string[]
}

/** Whether the value of a key is masked by the list. */
export function isFilteredKey(key: string, parameters: readonly string[] = defaultFilterParameters): boolean {
  const known = decisions.get(parameters) ?? new Map<string, boolean>()
  decisions.set(parameters, known)
  const decided = known.get(key)
  if (decided !== undefined) return decided
  const spellings = spellingsOf(key)
  const isFiltered = parameters.some((part) => spellings.some((spelling) => spelling.includes(part.toLowerCase())))
  // Keys that are data (ids, say) come once each: what was decided of them is not worth keeping.
  if (known.size >= MOST_DECISIONS) known.clear()
  known.set(key, isFiltered)
  return isFiltered
}

/** What was decided of a key under a list of parts: the same few keys come with every event. */
const decisions = new WeakMap<readonly string[], Map<string, boolean>>()
const MOST_DECISIONS = 5_000

/** Names of Tasker itself that look like secrets and are none. */
const ownKeys: ReadonlySet<string> = new Set([
  'idempotencyKey',
  'concurrencyKey',
  'newKey',
  'idempotency_key',
  'concurrency_key',
])

/** A key in lower case as it is written and as snake case: `apiKey` is meant by `_key`, too. */
function spellingsOf(key: string): readonly string[] {
  if (ownKeys.has(key)) return []
  return [key.toLowerCase(), key.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase()]
}

/**
 * A payload without its secrets, for wherever it leaves the engine. What has none is returned as it is, what has some is copied
 * along the way to them; the value given is never changed.
 *
 * @example
 * maskPayload({ user: { password: 'x', id: 1 } }) // { user: { password: '[FILTERED]', id: 1 } }
 */
export function maskPayload<T>(
  value: T,
  { parameters = defaultFilterParameters, mask = defaultFilterMask, sensitivePaths = [] }: MaskingOptions = {},
): T {
  const paths = sensitivePaths.map((path) => path.split('.'))
  return new Masker(parameters, mask).walk(value, paths) as T
}

class Masker {
  readonly #parameters: readonly string[]
  readonly #mask: string
  /** Objects on the way down: JSON has no cycles, but what plugins hand over may. */
  readonly #above = new Set<object>()

  constructor(parameters: readonly string[], mask: string) {
    this.#parameters = parameters
    this.#mask = mask
  }

  walk(value: unknown, paths: readonly (readonly string[])[]): unknown {
    if (!isPlain(value)) return value
    if (this.#above.has(value)) return '[Circular]'
    this.#above.add(value)
    let copy: Record<string, unknown> | undefined
    for (const [key, before] of Object.entries(value)) {
      const after = this.#one(key, before, paths, Array.isArray(value))
      if (after === before) continue
      copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
      copy[key] = after
    }
    this.#above.delete(value)
    return copy ?? value
  }

  #one(key: string, value: unknown, paths: readonly (readonly string[])[], isElement: boolean): unknown {
    if (value === null || value === undefined) return value
    if (!isElement && isFilteredKey(key, this.#parameters)) return this.#mask
    if (paths.length === 0) return this.walk(value, paths)
    const below = paths.filter(([head]) => head === '*' || head === key).map(([, ...rest]) => rest)
    return below.some((rest) => rest.length === 0) ? this.#mask : this.walk(value, below)
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}
