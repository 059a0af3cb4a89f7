const BRAND = Symbol.for('tasker.error')

/** What an error message is made of; each part becomes one sentence. */
export interface ErrorParts {
  /** What happened, and to what: `Task payments.refund@1.0.0 has no step "ship"`. */
  readonly what: string
  readonly expected?: string
  readonly received?: string
  /** What the reader can do about it. */
  readonly wayOut?: string
  /** The same facts for programs: ids, names, lists of choices. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The base of every error that Tasker throws.
 *
 * `code` is stable and listed in the error catalogue; `message` is for people: what happened, what was expected, what was
 * received, and the way out. Recognise one with {@link isTaskerError}, which also works when two copies of the package
 * are loaded in one process.
 */
export class TaskerError extends Error {
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, parts: ErrorParts) {
    super(sentences(parts), parts.cause === undefined ? undefined : { cause: parts.cause })
    this.name = new.target.name
    this.code = code
    this.details = parts.details ?? {}
  }

  get [BRAND](): true {
    return true
  }
}

/** Whether a value is an error of Tasker, from this copy of the package or another. */
export function isTaskerError(value: unknown): value is TaskerError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
}

function sentences({ what, expected, received, wayOut }: ErrorParts): string {
  return (
    [
      what,
      expected === undefined ? undefined : `Expected ${expected}`,
      received === undefined ? undefined : `Received ${received}`,
      wayOut,
    ]
      .filter((part) => part !== undefined)
      .map((part) => (/[.!?:]$/.test(part) || part.includes('\n') ? part : `${part}.`))
      .join(' ')
      // What follows a list of lines begins a line of its own.
      .replace(/\n (?! )/g, '\n')
  )
}
