import { extname, resolve } from 'node:path'
import { Command } from 'commander'
import {
  type ExportCompression,
  type ExportFilters,
  type ExportProgress,
  type ExportRequest,
  type ExportResult,
  exportCompressions,
  exportSources,
} from '../../contracts/exporter.js'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import type { StepState, TaskState } from '../../workflow/state-machines.js'
import { exportProgressText } from '../export-progress-text.js'
import { takeInterruption } from '../interruption.js'
import { collectKeyValue, collectList, parseBytes, parseChoice, parseMoment, parseStates } from '../option-parsers.js'
import { progressLine } from '../progress-line.js'
import type { Session } from '../session.js'
import { bytesText, durationText } from '../time-text.js'

interface ExportOptions {
  readonly format?: string
  readonly output?: string
  readonly columns?: readonly string[]
  readonly option?: Readonly<Record<string, unknown>>
  readonly compress?: ExportCompression
  readonly split?: number
  readonly flatten?: boolean | string
  readonly incremental?: string
  readonly json?: boolean
  readonly namespace?: string
  readonly name?: string
  readonly version?: string
  readonly state?: readonly TaskState[]
  readonly stepState?: readonly StepState[]
  readonly task?: string
  readonly correlationId?: string
  readonly since?: string
  readonly until?: string
  readonly names?: readonly string[]
}

/** `export`: streams records to a file or to standard output. */
export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .description('stream tasks, steps, events or metrics to a file or to standard output')
    .argument('<SOURCE>', `what: ${exportSources.join(', ')}`)
    .option(
      '-f, --format <format>',
      'in which format (default: the extension of --output); see `tasker exporters list`',
    )
    .option('-o, --output <file>', 'where to (default: standard output)')
    .option('--columns <list>', 'these columns, or paths into them: id,state,context.orderId', collectList)
    .option(
      '--option <key=value>',
      'an option of the exporter, such as indent=2',
      (text, before?: Record<string, unknown>) => collectKeyValue('--option', text, before),
    )
    .option(
      '--flatten [columns]',
      'columns of their own for members of nested values: context.orderId; of these columns, or of all',
    )
    .option(
      '--compress <how>',
      `${exportCompressions.join(', ')} (default: the ending of --output, .gz or .zst)`,
      (text) => parseChoice('--compress', text, exportCompressions),
    )
    .option(
      '--split <size>',
      'a new file whenever one has reached this size: 100MB; events-000001.csv and so on',
      (text) => parseBytes('--split', text),
    )
    .option(
      '--incremental <name>',
      'go on where the last run of this name ended, into new numbered files; each record is exported once',
    )
    .option(
      '--json',
      'print {exportId, records, bytes, durationMs, files}, to standard error where standard output has the records',
    )
  return withFilters(command)
    .addHelpText(
      'after',
      `\nExamples:\n  $ tasker export tasks --format csv --output failed.csv --state error --since 24h\n  $ tasker export events --format ndjson --names 'task.*' | jq .name\n  $ tasker export steps --output steps.parquet --flatten results\n  $ tasker export events --output out/events.csv.zst --incremental warehouse --split 100MB`,
    )
    .action((source: string, options: ExportOptions) => runExport(session, source, options))
}

function withFilters(command: Command): Command {
  return command
    .optionsGroup('Filters:')
    .option('--namespace <name>', 'of tasks of this namespace')
    .option('--name <name>', 'of tasks of this name')
    .option('--version <version>', 'of tasks of this version')
    .option('--state <states>', 'of tasks in one of these states', (text, before?: readonly TaskState[]) =>
      parseStates('--state', text, before),
    )
    .option('--step-state <states>', 'steps in one of these states', (text, before?: readonly StepState[]) =>
      parseStates('--step-state', text, before),
    )
    .option('--task <id>', 'of this task')
    .option('--correlation-id <id>', 'of this correlation')
    .option('--since <moment>', 'at or after: 2026-03-01, or how long ago, 2h', (text) => parseMoment('--since', text))
    .option('--until <moment>', 'before', (text) => parseMoment('--until', text))
    .option('--names <patterns>', "names of steps, events or metrics: 'task.*'", collectList)
}

async function runExport(session: Session, source: string, options: ExportOptions): Promise<void> {
  const { stdout, stderr } = session.terminal
  const { output, json = false } = options
  using interruption = takeInterruption(session)
  using line = progressLine(stderr)
  const { signal } = interruption
  const request: ExportRequest = {
    ...requestOf(source, options),
    output: output === undefined ? stdout : resolve(output),
    signal,
  }
  const beganAt = performance.now()
  const onProgress = (_: number, progress: ExportProgress) =>
    line.show(() => exportProgressText(progress, performance.now() - beganAt))
  // How much there is costs a query, and is asked for where somebody sees it.
  const shown = stderr.isTTY === true ? { onProgress } : {}
  const result = await session.withTasker({}, (tasker) => tasker.exports.run({ ...request, ...shown }))
  line[Symbol.dispose]()
  const { exportId, records, bytes, files } = result
  const document = { exportId, records, bytes, durationMs: Math.round(result.durationMs), files }
  if (json && output !== undefined) session.printJson(document)
  else session.note(json ? JSON.stringify(document) : exportedText(result, output))
}

function requestOf(source: string, options: ExportOptions): ExportRequest {
  const { columns, option, compress, split, incremental } = options
  return {
    source: parseChoice('SOURCE', source, exportSources),
    format: formatOf(options),
    filters: filtersOf(options),
    ...(columns === undefined ? {} : { columns }),
    ...(option === undefined ? {} : { options: option }),
    ...(compress === undefined ? {} : { compression: compress }),
    ...(split === undefined ? {} : { splitBytes: split }),
    ...(incremental === undefined ? {} : { incremental }),
    ...flattenOf(options),
  }
}

function flattenOf({ flatten }: ExportOptions): Pick<ExportRequest, 'flatten'> {
  if (flatten === undefined || flatten === false) return {}
  return { flatten: flatten === true ? true : { columns: collectList(flatten) } }
}

function formatOf({ format, output }: ExportOptions): string {
  const chosen = format ?? (output === undefined ? '' : extname(output.replace(/\.(gz|zst)$/, '')).slice(1))
  if (chosen !== '') return chosen
  throw new InvalidArgumentError('--format', 'no format is named, and there is no file whose name says it', {
    wayOut: 'Add for example --format csv; `tasker exporters list` shows the formats.',
  })
}

function filtersOf(options: ExportOptions): ExportFilters {
  const { namespace, name, version, state, stepState, task: taskId, correlationId, since, until, names } = options
  const given = { namespace, name, version, state, stepState, taskId, correlationId, since, until, names }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function exportedText(
  { records, bytes, durationMs, source, exporter, files }: ExportResult,
  output: string | undefined,
): string {
  const [first] = files
  const several = first === undefined ? 'no file: there is nothing new' : `${files.length} files from ${first.path} on`
  const where = output === undefined ? '' : ` to ${files.length === 1 ? first?.path : several}`
  return `exported ${records} ${source}${where} as ${exporter}: ${bytesText(bytes)} in ${durationText(durationMs)}`
}
