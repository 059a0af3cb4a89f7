import { TaskerError } from './tasker-error.js'

export interface HttpOptionProblem {
  readonly expected: string
  /** Says of what kind it was, never what it was: it may hold a secret. */
  readonly received: string
  readonly wayOut?: string
}

/**
 * Thrown when an HTTP step is given an option that it cannot have: by `httpStep` at once, and by a step whose options come from
 * YAML or are computed, in its first attempt, which is then its last.
 */
export class HttpOptionsError extends TaskerError {
  constructor(
    readonly option: string,
    problem: HttpOptionProblem,
  ) {
    super('HTTP_OPTIONS_INVALID', {
      what: `An HTTP step cannot have this ${option}`,
      ...problem,
      details: { option, expected: problem.expected, received: problem.received },
    })
  }

  /** What is wrong with the options will be so in the next attempt. */
  get [Symbol.for('tasker.error.permanent')](): true {
    return true
  }
}
