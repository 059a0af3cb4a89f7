import { isPermanentError, isRetryableError } from '../errors/step-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { ErrorCategory } from '../events/event-vocabularies.js'
import type { ErrorRecord } from '../workflow/task-record.js'

const maxMessageLength = 4_000
const maxStackLength = 8_000

const categoryOfCode: Readonly<Record<string, ErrorCategory>> = {
  STEP_TIMEOUT: 'timeout',
  TASK_TIMEOUT: 'timeout',
  OWNER_LOST: 'owner_lost',
  DRAINED: 'drained',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNREFUSED: 'network',
  ECONNRESET: 'network',
  ENOTFOUND: 'network',
  EAI_AGAIN: 'network',
  EPIPE: 'network',
  UND_ERR_SOCKET: 'network',
}

/** An error, whatever was thrown, as it is stored and published: bounded, and free of what PostgreSQL cannot hold. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error) && !isTaskerError(error)) {
    const message = storableText(`a handler threw ${describe(error)}, which is not an Error`, maxMessageLength)
    return { name: 'NonError', message, category: 'other', retryable: true }
  }
  const code = codeOf(error)
  return {
    name: storableText(error.name, 200) || 'Error',
    message: storableText(error.message, maxMessageLength),
    ...(code === undefined ? {} : { code: storableText(code, 200) }),
    category: categorise(error, code),
    retryable: !isPermanentError(error),
    ...(error.stack === undefined ? {} : { stack: storableText(error.stack, maxStackLength) }),
  }
}

/** The delay that an error asks for, in milliseconds. */
export function requestedDelayOf(error: unknown): number | undefined {
  return isRetryableError(error) ? error.retryAfterMs : undefined
}

function codeOf(error: Error): string | undefined {
  const own = (error as { readonly code?: unknown }).code
  if (typeof own === 'string') return own
  const ofCause = (error.cause as { readonly code?: unknown } | undefined)?.code
  return typeof ofCause === 'string' ? ofCause : undefined
}

function categorise(error: Error, code: string | undefined): ErrorCategory {
  const known = code === undefined ? undefined : categoryOfCode[code]
  if (known) return known
  const { status, statusCode } = error as { readonly status?: unknown; readonly statusCode?: unknown }
  const httpStatus = Number(status ?? statusCode ?? /^HTTP_(\d{3})$/.exec(code ?? '')?.[1])
  if (httpStatus >= 400) return categoriseStatus(httpStatus)
  return error.name === 'TimeoutError' ? 'timeout' : 'runtime'
}

function categoriseStatus(status: number): ErrorCategory {
  if (status === 401 || status === 403) return 'auth'
  if (status === 404) return 'not_found'
  if (status === 408) return 'timeout'
  if (status === 429) return 'rate_limit'
  return status < 500 ? 'client_error' : 'server_error'
}

function storableText(text: string, maxLength: number): string {
  const bounded = text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text
  return bounded.toWellFormed().replaceAll('\0', '\uFFFD')
}

function describe(value: unknown): string {
  try {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  } catch {
    return typeof value
  }
}
