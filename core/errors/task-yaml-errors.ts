import { TaskerError } from './tasker-error.js'

/** One thing that is wrong in a YAML file, and where; lines and columns count from 1. */
export interface YamlProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Thrown when a `*.task.yaml` file does not describe a task; names every place that is wrong. */
export class TaskYamlError extends TaskerError {
  readonly file: string
  readonly problems: readonly YamlProblem[]

  constructor(file: string, problems: readonly YamlProblem[], cause?: unknown) {
    const lines = problems.map(({ line, column, message }) => `  ${file}:${line}:${column} ${message}`)
    super('TASK_YAML_INVALID', {
      what: `${file} does not describe a task:\n${lines.join('\n')}`,
      details: { file, problems },
      cause,
    })
    this.file = file
    this.problems = problems
  }
}

/** Thrown when a `*.task.yaml` file, or a module that it names under `handlers`, cannot be loaded. */
export class TaskFileNotLoadedError extends TaskerError {
  constructor(file: string, facts: { readonly named?: string; readonly cause: unknown }) {
    const reason = facts.cause instanceof Error ? facts.cause.message : String(facts.cause)
    super('TASK_FILE_NOT_LOADED', {
      what:
        facts.named === undefined
          ? `${file} could not be read: ${reason}`
          : `${file} names the handler module ${facts.named}, which could not be loaded: ${reason}`,
      expected: facts.named === undefined ? 'a readable file' : 'a module at that path, relative to the YAML file',
      details: { file, module: facts.named },
      cause: facts.cause,
    })
  }
}
