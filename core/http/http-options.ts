import type { StepContext } from '../contracts/task-definition.js'
import type { HttpBodyForm } from './decode-body.js'
import type { HttpStatuses } from './http-statuses.js'
import type { RetryAfterRule } from './retry-after.js'

/** The part of a step's context that an HTTP step itself needs. */
export type HttpAttempt = Pick<StepContext, 'signal' | 'idempotencyKey'>

/** A value, or what computes it from the step's context, for each attempt anew. */
export type FromContext<C, T> = T | ((context: C) => T | Promise<T>)

/** Parameters of the query: a list gives one for each of its items; null and undefined are left out. */
export type HttpQuery = Readonly<
  Record<string, string | number | boolean | null | undefined | readonly (string | number | boolean)[]>
>

/** Headers of the request; undefined is left out, or takes a default away. */
export type HttpHeaders = Readonly<Record<string, string | undefined>>

/**
 * The body: a text, bytes or a form as they are, anything else as JSON; none where it is null or undefined. No streams: an attempt
 * that is made again must send the same once more.
 */
export type HttpBody =
  | string
  | number
  | boolean
  | null
  | undefined
  | object
  | Uint8Array<ArrayBuffer>
  | URLSearchParams
  | FormData
  | Blob

/** What the connection is secured with, in PEM form, as `node:tls` takes it. */
export interface HttpTls {
  /** Authorities to trust instead of those that Node knows. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** The certificate that the client shows, and its key. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly passphrase?: string
  /** The name that the server's certificate must have, where it is not that of the URL. */
  readonly servername?: string
  /** `false` trusts any certificate: for tests only. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** What an HTTP step stores: the response. */
export interface HttpResults {
  readonly status: number
  /** Those of {@link keptResponseHeaders} and of `keepHeaders`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `json` parsed, `text` decoded, `base64` of anything else, `none` for an empty body. */
  readonly bodyForm: HttpBodyForm
  /** Null where there is none. */
  readonly body: unknown
}

/** What is sent. */
export interface HttpRequestOptions<C = StepContext> {
  /** Absolute, `http:` or `https:`. User and password in it are sent as a header, and shown nowhere. */
  readonly url: FromContext<C, string | URL>
  /** Added to what the URL has of a query. */
  readonly query?: FromContext<C, HttpQuery>
  /** Besides `accept: application/json`, and the content type of the body; these win. */
  readonly headers?: FromContext<C, HttpHeaders>
  /** Default `GET`, and `POST` where there is a body. */
  readonly method?: string
  readonly body?: FromContext<C, HttpBody>
  /**
   * Values to take out of results and errors besides those that are taken for secrets by the name of their header, of their query
   * parameter, or of their key in the body.
   */
  readonly secrets?: FromContext<C, readonly string[]>
  /**
   * The header that carries the step's idempotency key, `Idempotency-Key` unless named, with every method but GET, HEAD and OPTIONS;
   * `false` for none.
   */
  readonly idempotencyKey?: boolean | string
  /** Own roots, a client certificate. Without it the request goes through the pool of Node's `fetch`. */
  readonly tls?: FromContext<C, HttpTls>
  /** For connecting, sending and reading the whole response, in milliseconds. Default 30 000. The step has its own, besides. */
  readonly timeoutMs?: number
}

/** What is made of the response. */
export interface HttpResponseOptions {
  /** What statuses mean, laid over {@link httpStatuses}: `{ 404: 'success', '3xx': 'permanent' }`. */
  readonly statuses?: HttpStatuses
  /** When `Retry-After` is heeded, laid over {@link retryAfterRule}; `false` for never. */
  readonly retryAfter?: false | Partial<RetryAfterRule>
  /** The largest body that is taken, in bytes; a larger one ends the step. Default 1 MiB. */
  readonly maxResponseBytes?: number
  /** Headers to keep in the results besides {@link keptResponseHeaders}; what may carry a secret is not kept anyway. */
  readonly keepHeaders?: readonly string[]
}

/** Options of {@link httpStep}. */
export interface HttpStepOptions<C = StepContext, R = HttpResults> extends HttpRequestOptions<C>, HttpResponseOptions {
  /** What is stored instead of the whole response. */
  readonly results?: (response: HttpResults, context: C) => R | Promise<R>
}

/** Where an option has a limit of its own, what holds without it. */
export const httpDefaults = Object.freeze({ timeoutMs: 30_000, maxResponseBytes: 1_048_576 })
