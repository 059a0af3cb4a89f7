import { HttpOptionsError } from '../errors/http-errors.js'
import { describeKind, isHeaderName, isRecord } from './check-options.js'
import type { FromContext, HttpAttempt, HttpHeaders, HttpQuery, HttpRequestOptions } from './http-options.js'
import { prepareBody, type SendableBody } from './prepare-body.js'
import { decodePercents, isSecretParameter, SentSecrets } from './sent-secrets.js'

/** A request, ready to be sent, and what of it must be shown nowhere. */
export interface PreparedRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: SendableBody | undefined
  readonly secrets: SentSecrets
  /** How messages call it: method and URL, without query, user and secrets. */
  readonly label: string
}

const defaultHeaders: HttpHeaders = { accept: 'application/json' }

/** Methods that change nothing on the server, so that nothing has to be told apart. */
const withoutKey = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Computes a request from a step's context.
 *
 * @param secrets those that are known before
 * @throws HttpOptionsError
 */
export async function prepareRequest<C extends HttpAttempt>(
  options: HttpRequestOptions<C>,
  context: C,
  secrets = new SentSecrets(),
): Promise<PreparedRequest> {
  for (const secret of (await computeOption(options.secrets, context)) ?? []) secrets.add(secret)
  const url = parseUrl(await computeOption(options.url, context))
  addQuery(url, (await computeOption(options.query, context)) ?? {})
  const { body, contentType } = prepareBody(await computeOption(options.body, context), secrets)
  const method = (options.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase()
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new HttpOptionsError('body', { expected: `none with ${method}`, received: 'one', wayOut: 'Name a `method`' })
  }
  const keyHeader = options.idempotencyKey === true ? undefined : options.idempotencyKey
  const headers = prepareHeaders(
    [
      [defaultHeaders, { 'content-type': contentType, authorization: takeCredentials(url, secrets) }],
      keyHeader === false || withoutKey.has(method)
        ? []
        : [{ [keyHeader ?? 'idempotency-key']: context.idempotencyKey }],
      [(await computeOption(options.headers, context)) ?? {}],
    ].flat(),
  )
  for (const [name, value] of headers) secrets.addHeader(name, value)
  for (const [name, value] of url.searchParams) if (isSecretParameter(name)) secrets.addImplied(value)
  return { method, url, headers, body, secrets, label: labelOf(method, url, secrets) }
}

/** The value of an option, computed where it is a function. */
export async function computeOption<C, T>(option: FromContext<C, T> | undefined, context: C): Promise<T | undefined> {
  return typeof option === 'function' ? await (option as (context: C) => T | Promise<T>)(context) : option
}

function parseUrl(given: unknown): URL {
  const url = given instanceof URL ? new URL(given) : typeof given === 'string' ? URL.parse(given) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new HttpOptionsError('url', {
    expected: 'an absolute URL that begins with http:// or https://',
    received: describeKind(given),
  })
}

function addQuery(url: URL, query: HttpQuery): void {
  if (!isRecord(query)) throw new HttpOptionsError('query', { expected: 'an object', received: describeKind(query) })
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) {
      if (item === null || item === undefined) continue
      if (typeof item === 'object' || typeof item === 'function') {
        const problem = { expected: 'texts, numbers, booleans or lists of them', received: describeKind(item) }
        throw new HttpOptionsError(`query.${name}`, problem)
      }
      url.searchParams.append(name, String(item))
    }
  }
}

/** `https://user:password@host` as a header: fetch refuses such a URL, and says it, password and all, in its error. */
function takeCredentials(url: URL, secrets: SentSecrets): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const [user, password] = [decodePercents(url.username), decodePercents(url.password)]
  if (password !== '') secrets.add(password)
  url.username = ''
  url.password = ''
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Later ones win. Our own words where one is wrong: those of fetch quote the value. */
function prepareHeaders(layers: readonly HttpHeaders[]): Headers {
  const headers = new Headers()
  for (const layer of layers) {
    if (!isRecord(layer))
      throw new HttpOptionsError('headers', { expected: 'an object', received: describeKind(layer) })
    for (const [name, value] of Object.entries(layer)) setHeader(headers, name, value)
  }
  return headers
}

function setHeader(headers: Headers, name: string, value: unknown): void {
  if (!isHeaderName(name))
    throw new HttpOptionsError('name of a header', {
      expected: 'letters, digits and dashes',
      received: describeKind(name),
    })
  if (value === undefined || value === null) {
    headers.delete(name)
    return
  }
  if (!['string', 'number', 'boolean'].includes(typeof value) || /[^\t\x20-\x7e\x80-\xff]/.test(String(value).trim())) {
    throw new HttpOptionsError(`headers.${name}`, {
      expected: 'one line of Latin-1 text',
      received: typeof value === 'string' ? 'a text with other characters in it' : describeKind(value),
    })
  }
  headers.set(name, String(value))
}

function labelOf(method: string, url: URL, secrets: SentSecrets): string {
  return `${method} ${secrets.redactText(`${url.origin}${url.pathname}`)}`
}
