import { PermanentError, RetryableError } from '../errors/step-errors.js'
import { maskPayload } from '../events/masking.js'
import { decodeBody } from './decode-body.js'
import type { PreparedRequest } from './prepare-request.js'
import type { HttpAnswer } from './send-request.js'

/** How much of the body of a refusal is read, in bytes, and how much of it is shown, in characters. */
export const MOST_READ_OF_REFUSAL = 16_384
const MOST_SHOWN = 500

/**
 * The error of a response that is no success, with the code `HTTP_` and its status; what the body says is in its message, since that is
 * what tells why.
 *
 * @param retryAfterMs what the server asked for
 */
export function failedResponse(
  request: PreparedRequest,
  answer: HttpAnswer,
  outcome: 'retryable' | 'permanent',
  retryAfterMs: number | undefined,
): Error {
  const { status, headers } = answer
  const said = excerptOf(request, answer)
  const location = headers.get('location')
  const leadsTo =
    status >= 300 && status < 400 && location !== null
      ? `, which leads to ${request.secrets.redactUrl(location)} and is not followed`
      : ''
  const message = `${request.label} was answered with ${status}${leadsTo}${said === undefined ? '' : `: ${said}`}`
  const details = {
    request: request.label,
    status,
    ...(said === undefined ? {} : { body: said }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  const code = `HTTP_${status}`
  if (outcome === 'permanent') return new PermanentError(message, { code, details })
  return new RetryableError(message, { code, details, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
}

/** The begin of a body as one line of text, without secrets; undefined where there is none to show. */
function excerptOf({ secrets }: PreparedRequest, { bytes, headers, isCut }: HttpAnswer): string | undefined {
  const text = showBody(bytes, headers, isCut)
  if (text === undefined) return undefined
  const line = secrets.redactText(text).replace(/\s+/g, ' ').trim()
  return line === '' ? undefined : line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN).toWellFormed()}…` : line
}

function showBody(bytes: Uint8Array, headers: Headers, isCut: boolean): string | undefined {
  try {
    const { bodyForm, body } = decodeBody(bytes, headers)
    if (bodyForm === 'json') return JSON.stringify(maskPayload(body))
    if (bodyForm === 'base64') return `(${isCut ? 'more than ' : ''}${bytes.byteLength} bytes that are no text)`
    return bodyForm === 'text' ? String(body) : undefined
  } catch {
    // JSON that was cut, or is none: its secrets cannot be told by their keys.
    return '(a body that says it is JSON, and cannot be read as such)'
  }
}
