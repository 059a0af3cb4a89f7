import { TaskerError } from './tasker-error.js'

/** One thing that is wrong in a configuration. */
export interface ConfigurationProblem {
  /** Where: `execution.concurrentTasks`, `plugins[0].options`; empty for the configuration as a whole. */
  readonly path: string
  /** The file, environment variable or argument that holds it. */
  readonly source: string
  /** Where in the file, as far as that is sure. */
  readonly line?: number
  readonly column?: number
  readonly expected: string
  /** What was found, secrets masked. */
  readonly received: string
  /** The nearest valid key, the list of valid keys, a fix. */
  readonly wayOut?: string
}

/** Thrown when a configuration does not match its schema; names every problem at once. */
export class ConfigurationInvalidError extends TaskerError {
  readonly problems: readonly ConfigurationProblem[]

  constructor(problems: readonly ConfigurationProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super('CONFIGURATION_INVALID', {
      what: `The configuration has ${count}:\n${problems.map(problemLine).join('\n')}`,
      details: { problems },
    })
    this.problems = problems
  }
}

function problemLine({ path, source, line, column, expected, received, wayOut }: ConfigurationProblem): string {
  // Next to the name of the file, where terminals and editors make a link of it: `tasker.config.ts:7:5, environments.production`.
  const [file, ...overlay] = source.split(', ')
  const place = [line === undefined ? file : `${file}:${line}:${column}`, ...overlay].join(', ')
  const where = path === '' ? place : `${path} (${place})`
  return `  ${where}: expected ${expected}, received ${received}.${wayOut === undefined ? '' : ` ${wayOut}`}`
}

/** Where in a source file something went wrong, as far as it is known. */
export interface SourceLocation {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** Thrown when a configuration file cannot be read, throws while it loads, or exports no configuration. */
export class ConfigurationLoadError extends TaskerError {
  readonly file: string
  readonly line: number | undefined

  constructor(
    location: SourceLocation,
    reason: string,
    options: { readonly wayOut?: string; readonly cause?: unknown } = {},
  ) {
    super('CONFIGURATION_LOAD_FAILED', {
      what: `The configuration ${locationText(location)} could not be loaded: ${reason}`,
      wayOut: options.wayOut,
      details: { ...location, reason },
      cause: options.cause,
    })
    this.file = location.file
    this.line = location.line
  }
}

/** Thrown when the configuration file that was named does not exist. */
export class ConfigurationFileNotFoundError extends TaskerError {
  readonly file: string

  constructor(file: string) {
    super('CONFIGURATION_FILE_NOT_FOUND', {
      what: `The configuration file ${file} does not exist`,
      wayOut: 'Correct the path, or name none: tasker.config.ts is looked for in the current folder.',
      details: { file },
    })
    this.file = file
  }
}

/** Thrown when a file of the project, a handler, subscriber, exporter or plugin, cannot be loaded. */
export class ModuleLoadError extends TaskerError {
  readonly file: string
  readonly line: number | undefined
  readonly column: number | undefined
  /** The message of the cause alone. */
  readonly reason: string

  constructor(location: SourceLocation, reason: string, cause: unknown) {
    super('MODULE_LOAD_FAILED', {
      what: `${locationText(location)} could not be loaded: ${reason}`,
      details: { ...location, reason },
      cause,
    })
    this.file = location.file
    this.line = location.line
    this.column = location.column
    this.reason = reason
  }
}

/** Thrown when a file of the project or of a package takes too long to load, because of a top-level `await`. */
export class ModuleTimeoutError extends TaskerError {
  readonly file: string
  /** The message without the file. */
  readonly reason: string

  constructor(file: string, timeoutMs: number) {
    const reason = `it has not ended within ${timeoutMs} ms`
    super('MODULE_TIMEOUT', {
      what: `${file} could not be loaded: ${reason}`,
      wayOut: 'Look at what its top-level await waits for, or raise boot.timeoutMs',
      details: { file, timeoutMs },
    })
    this.file = file
    this.reason = reason
  }
}

function locationText({ file, line, column }: SourceLocation): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}
