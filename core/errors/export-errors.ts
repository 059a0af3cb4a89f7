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

/** Thrown when a part of an export's request cannot be meant, or does not go with another part of it. */
export class InvalidExportRequestError extends TaskerError {
  constructor(
    member: string,
    problem: { readonly expected: string; readonly received?: string; readonly wayOut?: string },
  ) {
    super('INVALID_EXPORT_REQUEST', {
      what: `\`${member}\` of the export cannot be used`,
      ...problem,
      details: { member },
    })
  }
}

/**
 * Thrown by `onRequest` of an exporter to refuse an export before anything is written.
 *
 * Whatever else that hook throws is logged, and the export goes on.
 *
 * @example
 * onRequest({ filters }) {
 *   if (filters.namespace === undefined) throw new ExportRefusedError('name a namespace')
 * }
 */
export class ExportRefusedError extends TaskerError {
  constructor(reason: string) {
    super('EXPORT_REFUSED', { what: `The exporter refused the export: ${reason}`, details: { reason } })
  }
}

/** Thrown when an exporter ends before it has read all records of a file that is to hold them. */
export class ExportRecordsLeftError extends TaskerError {
  constructor(exporter: string, source: string, records: number) {
    super('EXPORT_RECORDS_LEFT', {
      what: `Exporter ${exporter} ended after ${records} records of ${source}, without having read to the end`,
      expected: 'it to read its records to their end: the export is incremental, and those would be in no file',
      wayOut: 'The fault is in the exporter; the records come again in the next run',
      details: { exporter, source, records },
    })
  }
}

/** Thrown when records that an incremental export is about to read were taken by retention. */
export class ExportRecordsGoneError extends TaskerError {
  constructor(source: string, count: number) {
    super('EXPORT_RECORDS_GONE', {
      what: `${count} ${source} that an incremental export was about to read are gone: retention has taken them just now`,
      wayOut:
        'Run it again, which tells how much is lost in all (LOG_EXPIRED); `tasker exports accept-loss NAME` has it go on without; export more often than retention.finishedTasksMs',
      details: { source, count },
    })
  }
}

/** Thrown when an incremental export is asked for while another run of it is under way. */
export class ExportHeldError extends TaskerError {
  constructor(name: string, waitedMs: number) {
    super('EXPORT_HELD', {
      what: `The incremental export "${name}" is run by somebody else, who still was alive after ${waitedMs} ms`,
      wayOut: 'Wait for the other run to end; two of them would write the same records',
      details: { export: name, waitedMs },
    })
  }
}

/** Thrown when a run of an incremental export was silent for so long that another one has taken over. */
export class ExportTakenOverError extends TaskerError {
  constructor(name: string) {
    super('EXPORT_TAKEN_OVER', {
      what: `This run of the incremental export "${name}" was silent for longer than its lease, and another one has taken over`,
      wayOut:
        'Nothing is lost or doubled: the other run goes on where this one was. exports.leaseMs is how long it may be silent',
      details: { export: name },
    })
  }
}

/** Thrown when an incremental export is asked for with another source or other filters than before: its records would have gaps. */
export class ExportChangedError extends TaskerError {
  constructor(name: string, before: unknown, now: unknown) {
    super('EXPORT_CHANGED', {
      what: `The incremental export "${name}" was begun with another source or other filters`,
      expected: JSON.stringify(before),
      received: JSON.stringify(now),
      wayOut: `Choose another name, or begin anew with tasker.exports.forget('${name}') or \`tasker exports forget ${name}\``,
      details: { export: name, before, now },
    })
  }
}

/** Thrown when a file of an incremental export is not where it must be, or another one is. */
export class ExportPartError extends TaskerError {
  constructor(name: string, path: string, problem: string, wayOut: string) {
    super('EXPORT_PART', {
      what: `The incremental export "${name}" cannot go on at ${path}: ${problem}`,
      wayOut,
      details: { export: name, path },
    })
  }
}

/** Thrown at the start when an export that the configuration declares cannot be meant as it stands; `cause` says why. */
export class ScheduledExportError extends TaskerError {
  constructor(name: string, cause: unknown) {
    super('SCHEDULED_EXPORT', {
      what: `exports.schedules.${name} of the configuration cannot be run: ${messageOf(cause)}`,
      details: { schedule: name },
      cause,
    })
  }
}

/** Thrown when an incremental export is named that does not exist. */
export class ExportNotFoundError extends TaskerError {
  constructor(name: string, choices: readonly string[]) {
    super('EXPORT_NOT_FOUND', {
      what: `There is no incremental export "${name}"`,
      ...(choices.length === 0 ? {} : { expected: `one of ${quoted(choices)}` }),
      wayOut: didYouMean(name, choices) ?? 'See `tasker exports list`',
      details: { export: name, choices },
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
