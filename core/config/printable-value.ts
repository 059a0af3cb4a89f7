import { defaultFilterMask, isFilteredKey } from '../events/masking.js'
import { isPlainObject } from './plain-object.js'

const deepest = 20

export interface MaskOptions {
  readonly parameters?: readonly string[]
  readonly mask?: string
}

/** A value as JSON for people; `key` is the one that it stands under. */
export function printableValue(value: unknown, options: MaskOptions = {}, key = '', depth = 0): unknown {
  const mask = options.mask ?? defaultFilterMask
  if (isSecret(key, options) && value !== undefined && value !== null) return mask
  if (typeof value === 'string') return maskUrlSecrets(value, mask)
  // What is deeper is not a setting, and may lead back to itself.
  if (depth > deepest && typeof value === 'object' && value !== null) return '[…]'
  if (Array.isArray(value)) return value.map((element) => printableValue(element, options, '', depth + 1))
  if (isPlainObject(value) && !isValueOfCode(value)) return printableMembers(value, options, depth)
  if (typeof value === 'function' || typeof value === 'object') return value === null ? null : codeText(value)
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value
}

function printableMembers(
  value: Record<string, unknown>,
  options: MaskOptions,
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, printableValue(member, options, key, depth + 1)]),
  )
}

/** `key` alone is too short for the list of filters, and there is one: the private key of `database.ssl`. */
function isSecret(key: string, { parameters }: MaskOptions): boolean {
  return key !== '' && (key === 'key' || isFilteredKey(key, parameters))
}

/** What `definePlugin`, `defineEvent` and the like give: object literals, but with a brand or functions in them. */
function isValueOfCode(value: Record<string, unknown>): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return true
  return typeof value.name === 'string' && Object.values(value).some((member) => typeof member === 'function')
}

function codeText(value: object): string {
  if (typeof value === 'function') {
    const kind = /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'
    return value.name === '' ? `[${kind}]` : `[${kind} ${value.name}]`
  }
  const kind = isPlainObject(value) ? 'value' : (value.constructor?.name ?? 'value')
  const name = nameOf(value)
  return name === undefined ? `[${kind}]` : `[${kind} ${name}]`
}

function nameOf(value: object): string | undefined {
  const { definition } = value as { definition?: { namespace?: unknown; name?: unknown; version?: unknown } }
  if (typeof definition?.name === 'string') return `${definition.namespace}.${definition.name}@${definition.version}`
  const { name } = value as { name?: unknown }
  return typeof name === 'string' ? name : undefined
}

/**
 * A text in which the passwords of URLs, and of their parameters, are masked. A password may hold unescaped `/` or `@`, so
 * everything up to the last `@` counts as one: better a host too many masked than a half password shown.
 */
export function maskUrlSecrets(text: string, mask = defaultFilterMask): string {
  if (!text.includes('://')) return text
  return text
    .replace(/(\w[\w+.-]*:\/\/[^/?#\s:@]*):\S*@/g, (_, before) => `${before}:${mask}@`)
    .replace(/([?&])([^=&\s#]+)=([^&\s#]*)/g, (all, lead, key) => (isFilteredKey(key) ? `${lead}${key}=${mask}` : all))
}
