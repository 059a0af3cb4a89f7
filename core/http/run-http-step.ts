import { HttpOptionsError } from '../errors/http-errors.js'
import { PermanentError, RetryableError } from '../errors/step-errors.js'
import { decodeBody } from './decode-body.js'
import { failedResponse, MOST_READ_OF_REFUSAL } from './failed-response.js'
import { type HttpAttempt, type HttpResults, type HttpStepOptions, httpDefaults } from './http-options.js'
import { outcomeOf } from './http-statuses.js'
import { computeOption, type PreparedRequest, prepareRequest } from './prepare-request.js'
import { storableHeaders } from './response-headers.js'
import { retryAfterRule, retryDelayOf } from './retry-after.js'
import { type HttpAnswer, sendRequest } from './send-request.js'
import type { SentSecrets } from './sent-secrets.js'

/**
 * One attempt of an HTTP step: prepares the request, sends it, and makes results or an error of what comes back.
 *
 * @param secrets those that are known besides the options
 * @throws HttpOptionsError, RetryableError, PermanentError; the reason of the context's signal where that fires
 */
export async function runHttpStep<C extends HttpAttempt>(
  options: Omit<HttpStepOptions<C>, 'results'>,
  context: C,
  secrets?: SentSecrets,
): Promise<HttpResults> {
  const { maxResponseBytes = httpDefaults.maxResponseBytes, timeoutMs = httpDefaults.timeoutMs, statuses } = options
  const request = await prepareRequest(options, context, secrets)
  const tls = await computeOption(options.tls, context)
  if (tls !== undefined && request.url.protocol !== 'https:') {
    throw new HttpOptionsError('tls', {
      expected: 'none with http://',
      received: 'one',
      wayOut: 'Use https:// in `url`',
    })
  }
  const answer = await sendRequest(request, {
    timeoutMs,
    tls,
    signal: context.signal,
    maxBytesOf: (status) => (outcomeOf(status, statuses) === 'success' ? maxResponseBytes : MOST_READ_OF_REFUSAL),
  })
  const outcome = outcomeOf(answer.status, statuses)
  if (outcome !== 'success') throw failedResponse(request, answer, outcome, delayOf(options, answer))
  if (answer.isCut) throw tooLarge(request, maxResponseBytes)
  return resultsOf(request, answer, options.keepHeaders ?? [])
}

function delayOf({ retryAfter }: Pick<HttpStepOptions, 'retryAfter'>, { status, headers }: HttpAnswer) {
  return retryAfter === false ? undefined : retryDelayOf(status, headers, { ...retryAfterRule, ...retryAfter })
}

function resultsOf(request: PreparedRequest, { status, headers, bytes }: HttpAnswer, keep: readonly string[]) {
  const { secrets } = request
  const decoded = decode(request, bytes, headers)
  return {
    status,
    headers: storableHeaders(headers, keep, secrets),
    bodyForm: decoded.bodyForm,
    body: secrets.redact(decoded.body),
  }
}

/** A body that is not what it says it is comes from something in between, or was cut off: the next one may be whole. */
function decode({ label }: PreparedRequest, bytes: Uint8Array, headers: Headers) {
  try {
    return decodeBody(bytes, headers)
  } catch {
    throw new RetryableError(
      `${label} was answered with ${bytes.byteLength} bytes that say they are JSON and are not. If the server is always wrong there, read the body as text: call it with fetch in a handler of your own.`,
      { code: 'HTTP_BODY_INVALID', details: { request: label, bytes: bytes.byteLength } },
    )
  }
}

function tooLarge({ label }: PreparedRequest, maxResponseBytes: number): PermanentError {
  return new PermanentError(
    `${label} was answered with more than ${maxResponseBytes} bytes. Raise \`maxResponseBytes\` of the step's request, or ask for less: results are stored in the database.`,
    { code: 'HTTP_BODY_TOO_LARGE', details: { request: label, maxResponseBytes } },
  )
}
