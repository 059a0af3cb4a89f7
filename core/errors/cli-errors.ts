import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when an argument or an option of the command line cannot be meant as it stands. */
export class InvalidArgumentError extends TaskerError {
  constructor(
    readonly argument: string,
    problem: string,
    facts: {
      readonly expected?: string
      readonly received?: string
      readonly wayOut?: string
      readonly cause?: unknown
    } = {},
  ) {
    super('INVALID_ARGUMENT', { what: `${argument}: ${problem}`, ...facts, details: { argument, problem } })
  }
}

/** Thrown when an argument or an option is none of the words that it can be; lists them. */
export class UnknownChoiceError extends TaskerError {
  constructor(
    readonly argument: string,
    received: string,
    choices: readonly string[],
  ) {
    const near = nearestName(received, choices)
    super('UNKNOWN_CHOICE', {
      what: `${argument} cannot be "${received}"`,
      expected: `one of ${choices.join(', ')}`,
      ...(near === undefined ? {} : { wayOut: `Did you mean "${near}"?` }),
      details: { argument, received, choices },
    })
  }
}

/** Thrown when a command was interrupted before its end. */
export class InterruptedError extends TaskerError {
  constructor(what: string, wayOut?: string) {
    super('INTERRUPTED', { what, ...(wayOut === undefined ? {} : { wayOut }) })
  }
}
