import { RetryableError } from '../errors/step-errors.js'
import type { HttpTls } from './http-options.js'
import type { PreparedRequest } from './prepare-request.js'
import { type BodyBytes, readBody } from './read-body.js'
import { tlsFetch } from './tls-fetch.js'

/** A response that was read. */
export interface HttpAnswer extends BodyBytes {
  readonly status: number
  readonly headers: Headers
}

export interface SendLimits {
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number
  /** How much of a body is read, in bytes, by the status of its response. */
  maxBytesOf(status: number): number
  /** Fires when the attempt is over: cancelled, out of time, or its worker is stopping. */
  readonly signal: AbortSignal
  readonly tls: HttpTls | undefined
}

/**
 * Sends a request, and reads what comes back.
 *
 * @throws RetryableError where none came, with the code of the system (`ECONNREFUSED`), or `ETIMEDOUT`
 * @throws the reason of the signal, where that has fired
 */
export async function sendRequest(request: PreparedRequest, limits: SendLimits): Promise<HttpAnswer> {
  const { signal, timeoutMs } = limits
  signal.throwIfAborted()
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetchResponse(request, limits.tls, AbortSignal.any([signal, timeout]))
    const { status, headers } = response
    return { status, headers, ...(await readBody(response, limits.maxBytesOf(status))) }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (timeout.aborted) throw timedOut(request, timeoutMs)
    throw noAnswer(request, error)
  }
}

function fetchResponse({ url, method, headers, body }: PreparedRequest, tls: HttpTls | undefined, signal: AbortSignal) {
  // Redirects are not followed: what headers carry would go to wherever they lead.
  const init: RequestInit = { method, headers, redirect: 'manual', signal, ...(body === undefined ? {} : { body }) }
  return tls === undefined ? fetch(url, init) : tlsFetch(new Request(url, init), tls)
}

function timedOut({ label }: PreparedRequest, timeoutMs: number): RetryableError {
  return new RetryableError(
    `${label} was not answered completely within ${timeoutMs} ms. Raise \`timeoutMs\` of the step's request if it may take longer.`,
    { code: 'ETIMEDOUT', details: { request: label, timeoutMs } },
  )
}

/**
 * The error underneath is named, not kept as `cause`: that of a response which is not HTTP holds what was received, and loggers print
 * causes.
 */
function noAnswer({ label, secrets }: PreparedRequest, error: unknown): RetryableError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  const why = secrets.redactText(String(message || code || cause))
  return new RetryableError(`${label} got no answer: ${why}`, {
    code: typeof code === 'string' ? code : 'HTTP_NO_ANSWER',
    details: { request: label, reason: why },
  })
}
