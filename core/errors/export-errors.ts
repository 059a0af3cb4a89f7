import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when an export is asked of something that is not a source of records. */
export class UnknownExportSourceError extends TaskerError {
  constructor(source: unknown, choices: readonly string[]) {
    super('UNKNOWN_EXPORT_SOURCE', {
      what: `There is no export source ${shown(source)}`,
      expected: `one of ${quoted(choices)}`,
      wayOut: didYouMean(source, choices),
      details: { source, choices },
    })
  }
}

/** Thrown when an export asks for columns that its source does not have, for none, or for one of them twice. */
export class InvalidExportColumnsError extends TaskerError {
  constructor(source: string, problem: string, choices: readonly string[], column?: string) {
    super('INVALID_EXPORT_COLUMNS', {
      what: `The columns asked of the export source "${source}" cannot be used: ${problem}`,
      expected: `some of ${quoted(choices)}, or a path into one, such as ${choices.at(-1)}.total`,
      wayOut: didYouMean(column, choices) ?? 'Leave `columns` out to get all of them',
      details: { source, choices, ...(column === undefined ? {} : { column }) },
    })
  }
}

/** Thrown when an export is given a filter that its source does not have, or a value that the filter cannot use. */
export class InvalidExportFilterError extends TaskerError {
  constructor(source: string, filter: string, problem: string, choices: readonly string[]) {
    super('INVALID_EXPORT_FILTER', {
      what: `The filter "${filter}" of an export of ${source} cannot be used: ${problem}`,
      expected: choices.length === 0 ? 'no filters' : `${quoted(choices)}`,
      wayOut: choices.includes(filter) ? undefined : (didYouMean(filter, choices) ?? 'Leave it out'),
      details: { source, filter, choices },
    })
  }
}

/** One thing wrong with the options of an exporter. */
export interface ExportOptionProblem {
  /** Path of the option: `indent`; empty for the options as a whole. */
  readonly path: string
  readonly message: string
}

/** Thrown when the options of an export do not satisfy the schema of its exporter. */
export class InvalidExportOptionsError extends TaskerError {
  readonly problems: readonly ExportOptionProblem[]

  constructor(
    exporter: string,
    problems: readonly ExportOptionProblem[],
    choices: readonly string[],
    nearest?: string,
  ) {
    const found = problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    super('INVALID_EXPORT_OPTIONS', {
      what: `Exporter ${exporter} refused its options: ${found.join('; ')}`,
      expected: choices.length === 0 ? 'no options' : `options among ${quoted(choices)}`,
      wayOut: nearest === undefined ? undefined : `Did you mean "${nearest}"?`,
      details: { exporter, problems, choices },
    })
    this.problems = problems
  }
}

/** Thrown when the output of an export cannot be written: no folder, a directory, no permission, a closed stream, a full disk. */
export class ExportOutputError extends TaskerError {
  constructor(output: string, problem: string, wayOut: string, cause?: unknown) {
    super('EXPORT_OUTPUT_UNUSABLE', {
      what: `The export could not be written to ${output}: ${problem}`,
      wayOut,
      details: { output },
      cause,
    })
  }
}

/** Thrown when an exporter throws; `cause` is what it threw. */
export class ExporterFailedError extends TaskerError {
  constructor(exporter: string, source: string, records: number, cause: unknown) {
    super('EXPORTER_FAILED', {
      what: `Exporter ${exporter} failed after it had read ${records} records of ${source}: ${messageOf(cause)}`,
      wayOut: `The fault is in the exporter or its options, the records are untouched; see \`cause\``,
      details: { exporter, source, records },
      cause,
    })
  }
}

/** Thrown when an exporter gives something that cannot be written. */
export class InvalidExporterOutputError extends TaskerError {
  constructor(exporter: string, place: 'chunk' | 'result', received: unknown) {
    super('INVALID_EXPORTER_OUTPUT', {
      what: `Exporter ${exporter} ${place === 'chunk' ? 'yielded' : 'returned'} something that cannot be written`,
      expected: place === 'chunk' ? 'a string or a Uint8Array' : 'an asynchronous iterable of strings or Uint8Arrays',
      received: kindOf(received),
      wayOut: place === 'chunk' ? 'Yield text or bytes' : 'Write it as `async *export(records, context) { yield … }`',
      details: { exporter },
    })
  }
}

/** Thrown when an exporter reads its records a second time. */
export class RecordsReadTwiceError extends TaskerError {
  constructor(source: string) {
    super('EXPORT_RECORDS_READ_TWICE', {
      what: `The records of an export of ${source} were read a second time`,
      expected: 'one pass, by `for await` or by `recordPages(records)`: they stream from the store and are not kept',
      wayOut: 'Keep what the exporter needs of them while it reads',
      details: { source },
    })
  }
}

/** Thrown when the signal of an export fires before its end; `cause` is the reason of the signal. */
export class ExportAbortedError extends TaskerError {
  constructor(source: string, format: string, records: number, cause: unknown) {
    super('EXPORT_ABORTED', {
      what: `The export of ${source} as ${format} was aborted after ${records} records: ${messageOf(cause)}`,
      details: { source, format, records },
      cause,
    })
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Promise) return 'a promise'
  return typeof value === 'object' ? `an object (${value.constructor?.name ?? 'no class'})` : `${typeof value}`
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : kindOf(value)
}

function quoted(choices: readonly string[]): string {
  return choices.map((choice) => `"${choice}"`).join(', ')
}

function didYouMean(name: unknown, choices: readonly string[]): string | undefined {
  const near = typeof name === 'string' ? nearestName(name, choices) : undefined
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
