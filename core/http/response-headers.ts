import { isSecretHeader, type SentSecrets } from './sent-secrets.js'

/**
 * Headers of a response that its results keep, by name. A list of what may stay, not of what may not: nobody knows which headers
 * the next server puts a session in. More of them by the option `keepHeaders`.
 */
export const keptResponseHeaders: readonly string[] = Object.freeze([
  'content-language',
  'content-length',
  'content-location',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'x-correlation-id',
  'x-request-id',
])

/** Never kept, whatever an option asks for. */
const neverKept = /^set-cookie2?$|^(www|proxy)-authenticate$|authentication-info$/

/** The headers of a response that may be stored, names in lower case, without what the request had of secrets. */
export function storableHeaders(headers: Headers, more: readonly string[], secrets: SentSecrets) {
  const names = new Set([...keptResponseHeaders, ...more.map((name) => name.toLowerCase())])
  const kept = [...headers].filter(([name]) => names.has(name) && !neverKept.test(name) && !isSecretHeader(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, secrets.redactUrl(value)]))
}
