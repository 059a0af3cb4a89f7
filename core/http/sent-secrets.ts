import { defaultFilterMask, isFilteredKey } from '../events/masking.js'

/** Shorter ones are left alone, unless they are named as secrets: masking "prod" would break every text with "product". */
const SHORTEST_IMPLIED = 8

const secretHeader = /^(proxy-)?authorization$|^cookie$|signature|credential|session|api-?key|-key$/
const secretQuery = /^(code|sig|key|auth|jwt)$|signature|credential|session|api-?key/

/** Whether a header is taken for a secret, by its name. */
export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase()
  if (lower === 'idempotency-key') return false
  return secretHeader.test(lower) || isFilteredKey(lower.replaceAll('-', '_'))
}

/** Whether a parameter of a query is taken for a secret, by its name. */
export function isSecretParameter(name: string): boolean {
  return secretQuery.test(name.toLowerCase()) || isFilteredKey(name.replaceAll('-', '_'))
}

/**
 * The secrets that one request carries, by their values, so that they can be taken out of whatever comes back: servers
 * quote requests in what they answer, above all in errors.
 */
export class SentSecrets {
  readonly #values = new Set<string>()
  /** Finds all of them at once: 1 MiB of small texts takes some 20 ms this way, and 300 ms with one search for each secret. */
  #pattern: RegExp | undefined

  /** A value that somebody named as a secret. */
  add(value: string): void {
    // Half of a surrogate pair cannot be encoded.
    const encodable = value.toWellFormed()
    for (const spelling of [value, encodeURIComponent(encodable), encodeURI(encodable)]) {
      if (spelling !== '') this.#values.add(spelling)
    }
    this.#pattern = undefined
  }

  /** A value that is taken for a secret by where it stands. */
  addImplied(value: string): void {
    if (value.length >= SHORTEST_IMPLIED) this.add(value)
  }

  /** The value of a header; of `Bearer x` also `x`, of a cookie each value. */
  addHeader(name: string, value: string): void {
    if (!isSecretHeader(name)) return
    this.addImplied(value)
    const parts = name.toLowerCase() === 'cookie' ? value.split(/;\s*/).map(afterEquals) : [afterScheme(value)]
    for (const part of parts) this.addImplied(part)
    const basic = /^basic\s+([\w+/=-]+)$/i.exec(value)?.[1]
    if (basic !== undefined)
      this.addImplied(
        Buffer.from(basic, 'base64')
          .toString()
          .replace(/^[^:]*:/, ''),
      )
  }

  /** A text without them. */
  redactText(text: string): string {
    if (this.#values.size === 0) return text
    // Longest first: a secret may be part of another one.
    this.#pattern ??= new RegExp(
      [...this.#values]
        .sort((a, b) => b.length - a.length)
        .map(literally)
        .join('|'),
      'g',
    )
    return text.replace(this.#pattern, defaultFilterMask)
  }

  /** JSON without them, in keys and in values. */
  redact(value: unknown): unknown {
    if (this.#values.size === 0) return value
    if (typeof value === 'string') return this.redactText(value)
    if (Array.isArray(value)) return value.map((item) => this.redact(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.redactText(key), this.redact(item)]))
  }

  /** A URL without user, password and the values of parameters that are taken for secrets. Anything else as {@link redactText}. */
  redactUrl(text: string): string {
    if (!/^[a-z][a-z\d+.-]*:\/\/|\?/i.test(text)) return this.redactText(text)
    const withoutUser = text.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1')
    const masked = withoutUser.replace(/([?&#])([^=&#]+)=([^&#]*)/g, (whole, before: string, name: string) =>
      isSecretParameter(decodePercents(name)) ? `${before}${name}=${defaultFilterMask}` : whole,
    )
    return this.redactText(masked)
  }
}

function literally(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

function afterScheme(value: string): string {
  return value.slice(value.indexOf(' ') + 1)
}

function afterEquals(pair: string): string {
  return pair.slice(pair.indexOf('=') + 1)
}

/** Percent signs that mean nothing are left as they are. */
export function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
