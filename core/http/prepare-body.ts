import { HttpOptionsError } from '../errors/http-errors.js'
import { isFilteredKey } from '../events/masking.js'
import { describeKind } from './check-options.js'
import { isSecretParameter, type SentSecrets } from './sent-secrets.js'

/** What fetch takes for a body. */
export type SendableBody = NonNullable<RequestInit['body']>

/** A body as fetch takes it, and its content type where fetch would not say it. */
export interface PreparedBody {
  readonly body: SendableBody | undefined
  readonly contentType: string | undefined
}

/**
 * What an option `body` gives, ready to be sent; the secrets in it are added to those that are shown nowhere.
 *
 * @throws HttpOptionsError where it is a stream, or cannot be JSON
 */
export function prepareBody(given: unknown, secrets: SentSecrets): PreparedBody {
  if (given === undefined || given === null) return { body: undefined, contentType: undefined }
  if (given instanceof URLSearchParams || given instanceof FormData) {
    for (const [name, value] of given) {
      if (typeof value === 'string' && isSecretParameter(name)) secrets.addImplied(value)
    }
    return { body: given, contentType: undefined }
  }
  if (typeof given === 'string' || given instanceof Blob || given instanceof ArrayBuffer || ArrayBuffer.isView(given)) {
    return { body: given as SendableBody, contentType: undefined }
  }
  const text = given instanceof ReadableStream ? undefined : stringify(given)
  if (text === undefined) {
    throw new HttpOptionsError('body', {
      expected: 'a text, bytes, a form, or what JSON can hold',
      received: given instanceof ReadableStream ? 'a stream' : describeKind(given),
      wayOut: 'Give what can be sent again in the next attempt',
    })
  }
  collectSecrets(JSON.parse(text), secrets)
  return { body: text, contentType: 'application/json' }
}

/** Undefined where JSON cannot hold it; the words of JSON.stringify may quote what is in it. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function collectSecrets(value: unknown, secrets: SentSecrets): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'string' && !Array.isArray(value) && isFilteredKey(key)) secrets.addImplied(item)
    collectSecrets(item, secrets)
  }
}
