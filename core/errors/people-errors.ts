import { nearestName } from './nearest-name.js'
import type { RequestProblem } from './request-errors.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when there is no namespace of a name. */
export class NamespaceNotFoundError extends TaskerError {
  constructor(name: string, choices: readonly string[]) {
    const near = nearestName(name, choices)
    super('NAMESPACE_NOT_FOUND', {
      what: `There is no namespace "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      ...(choices.length === 0 ? {} : { expected: `one of ${choices.join(', ')}` }),
      wayOut: 'Create it with tasker.namespaces.findOrCreate() or `tasker namespaces create`, or correct the name',
      details: { name, choices },
    })
  }
}

/** Thrown when a command for many tasks or steps says nothing of which, and not that it means all. */
export class BulkFilterEmptyError extends TaskerError {
  constructor(command: string) {
    super('BULK_FILTER_EMPTY', {
      what: `${command} of many says nothing of which ones; nothing was changed`,
      expected: 'a filter, such as { namespace: "payments", state: "error" }',
      wayOut: 'Give a filter, or all: true (--all) if all are meant; dryRun: true (--dry-run) says what would be done',
      details: { command },
    })
  }
}

/** Thrown when a task cannot be run again from the steps that are asked for. */
export class RerunRefusedError extends TaskerError {
  constructor(taskId: string, reason: string, details: Readonly<Record<string, unknown>>) {
    super('RERUN_REFUSED', {
      what: `Task ${taskId} cannot be run again as it is asked: ${reason}; no task was created`,
      wayOut:
        'Wait for the end of a task that runs, or cancel it; name also the steps that have no results to be taken over',
      details: { taskId, reason, ...details },
    })
  }
}

/** Thrown when what a person asks for cannot be meant as it stands; names every problem at once. */
export class InvalidCommandError extends TaskerError {
  readonly problems: readonly RequestProblem[]

  constructor(command: string, problems: readonly RequestProblem[]) {
    const lines = problems.map(({ path, problem }) => `  ${path} ${problem}`)
    super('INVALID_COMMAND', {
      what: `${command} cannot be done as it is asked; nothing was changed:\n${lines.join('\n')}\n`,
      wayOut: 'Correct what is named here',
      details: { command, problems },
    })
    this.problems = problems
  }
}
