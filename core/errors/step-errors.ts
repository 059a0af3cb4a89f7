import { TaskerError } from './tasker-error.js'

export interface RetryableErrorOptions {
  /** The earliest time of the next attempt from now, in milliseconds; wins over the backoff, up to its cap. */
  readonly retryAfterMs?: number
  readonly code?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * Thrown by a step handler whose failure is expected to pass.
 *
 * Any error but a {@link PermanentError} is retried; this one can say when.
 *
 * @example
 * throw new RetryableError('the gateway is busy', { retryAfterMs: 30_000 })
 */
export class RetryableError extends TaskerError {
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super(options.code ?? 'RETRYABLE', { what: message, details: options.details, cause: options.cause })
    this.message = message
    this.retryAfterMs = options.retryAfterMs
  }

  get [Symbol.for('tasker.error.retryable')](): true {
    return true
  }
}

export interface PermanentErrorOptions {
  readonly code?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * Thrown by a step handler whose failure will not pass: the step ends in `error` at once, whatever attempts it has left.
 *
 * @example
 * throw new PermanentError('the card was stolen', { code: 'CARD_STOLEN' })
 */
export class PermanentError extends TaskerError {
  constructor(message: string, options: PermanentErrorOptions = {}) {
    super(options.code ?? 'PERMANENT', { what: message, details: options.details, cause: options.cause })
    this.message = message
  }

  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** Whether an error, from any copy of the package, is a {@link RetryableError}. */
export function isRetryableError(value: unknown): value is RetryableError {
  return hasBrand(value, 'tasker.error.retryable')
}

/** Whether an error, from any copy of the package, is a {@link PermanentError}. */
export function isPermanentError(value: unknown): value is PermanentError {
  return hasBrand(value, 'tasker.error.permanent')
}

function hasBrand(value: unknown, brand: string): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[Symbol.for(brand)] === true
}

/** Thrown when a placeholder in a task file, `{{results.load.id}}`, has no value, or none that fits where it stands. */
export class PlaceholderError extends TaskerError {
  constructor(name: string, expected: string) {
    super('PLACEHOLDER_EMPTY', {
      what: `The placeholder {{${name}}} cannot be filled`,
      expected,
      wayOut: 'Results are those of the steps in `depends_on_steps`, and only these',
      details: { name },
    })
  }

  /** It would be as empty the next time. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}

/** Thrown when `over` of an `.each` step gives no list. */
export class ListExpectedError extends TaskerError {
  constructor(step: string, received: unknown) {
    super('LIST_EXPECTED', {
      what: `\`over\` of step ${step} gave no list`,
      expected: 'an array, or a promise of one',
      received: received === null ? 'null' : typeof received,
      wayOut: 'Correct what `over` returns; an empty list is one, too',
      details: { step },
    })
  }

  /** It would give the same the next time. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}
