/** In which form a body is in the results: parsed, as text, as base64 of its bytes, or not there at all. */
export type HttpBodyForm = 'json' | 'text' | 'base64' | 'none'

export interface DecodedBody {
  readonly bodyForm: HttpBodyForm
  readonly body: unknown
}

const jsonType = /^(application|text)\/(?:[\w.+-]+\+)?json$/
const textType = /^text\/|^application\/(?:[\w.+-]+\+)?(xml|yaml|x-www-form-urlencoded|javascript|graphql)$/

/** The media type of a response in lower case, without its parameters; empty where it has none. */
export function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}

/**
 * A body as its content type says it is: JSON parsed, text decoded, anything else as base64. Without a type it is text where it can be.
 *
 * @throws SyntaxError where it says that it is JSON, and is not
 */
export function decodeBody(bytes: Uint8Array, headers: Headers): DecodedBody {
  if (bytes.byteLength === 0) return { bodyForm: 'none', body: null }
  const type = mediaTypeOf(headers)
  if (jsonType.test(type)) return { bodyForm: 'json', body: JSON.parse(new TextDecoder().decode(bytes)) }
  const text = type === '' || textType.test(type) ? decodeText(bytes, headers) : undefined
  return text === undefined
    ? { bodyForm: 'base64', body: Buffer.from(bytes).toString('base64') }
    : { bodyForm: 'text', body: text }
}

/** The text of bytes; undefined where they are none, or hold a NUL, which no database of ours can. */
function decodeText(bytes: Uint8Array, headers: Headers): string | undefined {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers.get('content-type') ?? '')?.[1]
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
