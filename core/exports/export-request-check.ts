import {
  type ExportCompression,
  type ExporterDefinition,
  type ExportFilters,
  type ExportRequest,
  exportSources,
} from '../contracts/exporter.js'
import { InvalidExportRequestError, UnknownExportSourceError } from '../errors/export-errors.js'
import { lifecycleStates } from '../events/event-vocabularies.js'
import { isFinal } from '../workflow/state-machines.js'
import { columnProjection, type Projection } from './column-projection.js'
import { compressionOf } from './compression.js'
import { checkFilters } from './filter-check.js'
import { type CheckedFlattening, checkFlattening } from './flatten-rules.js'
import { OptionCheck } from './option-check.js'
import type { RecordSource, RecordSources } from './record-source.js'
import { isWritableStream } from './requested-output.js'

/** A request that can be meant as it stands. */
export interface CheckedRequest {
  readonly source: RecordSource
  readonly exporter: ExporterDefinition
  readonly options: Readonly<Record<string, unknown>>
  readonly filters: ExportFilters
  readonly projection: Projection
  readonly flattening: CheckedFlattening | undefined
  readonly compression: ExportCompression
  readonly splitBytes: number | undefined
  readonly incremental: string | undefined
}

const finalStates = lifecycleStates.filter(isFinal)
const leastSplitBytes = 1024
/** It becomes part of the names of files. */
const incrementalName = /^[a-zA-Z][\w.-]{0,127}$/

/** Checks requests, before anything is read. */
export class RequestCheck {
  readonly #exporters: { forFormat(format: string): ExporterDefinition }
  readonly #sources: RecordSources
  readonly #optionCheck = new OptionCheck()

  constructor(exporters: { forFormat(format: string): ExporterDefinition }, sources: RecordSources) {
    this.#exporters = exporters
    this.#sources = sources
  }

  /**
   * @throws UnknownExportSourceError, UnknownFormatError, InvalidExportOptionsError, InvalidExportColumnsError,
   * InvalidExportFilterError, InvalidExportRequestError
   */
  check(request: ExportRequest): CheckedRequest {
    const source = this.#sourceOf(request)
    const exporter = this.#exporters.forFormat(request.format)
    const projection = columnProjection(source, request.columns)
    const filters = checkFilters(source, request.filters)
    return {
      source,
      exporter,
      options: this.#optionCheck.check(exporter, request.options),
      filters,
      projection,
      flattening: checkFlattening(request.flatten, projection.columns),
      compression: compressionOf(request.compression, request.output),
      splitBytes: checkSplit(request),
      incremental: checkIncremental(request, source, filters),
    }
  }

  #sourceOf({ source }: ExportRequest): RecordSource {
    if (exportSources.includes(source)) return this.#sources[source]
    throw new UnknownExportSourceError(source, exportSources)
  }
}

function checkSplit({ splitBytes, output }: ExportRequest): number | undefined {
  if (splitBytes === undefined) return undefined
  if (isWritableStream(output))
    throw new InvalidExportRequestError('splitBytes', { expected: 'an output that is a file', received: 'a stream' })
  if (Number.isSafeInteger(splitBytes) && splitBytes >= leastSplitBytes) return splitBytes
  const expected = `a whole number from ${leastSplitBytes}`
  throw new InvalidExportRequestError('splitBytes', { expected, received: JSON.stringify(splitBytes) })
}

function checkIncremental(
  { incremental, output }: ExportRequest,
  source: RecordSource,
  { state = [] }: ExportFilters,
): string | undefined {
  if (incremental === undefined) return undefined
  const refuse = (expected: string, received: string, wayOut?: string) =>
    new InvalidExportRequestError('incremental', { expected, received, ...(wayOut === undefined ? {} : { wayOut }) })
  if (typeof incremental !== 'string' || !incrementalName.test(incremental))
    throw refuse('a name of letters, digits, `.`, `-` and `_` that begins with a letter', JSON.stringify(incremental))
  if (source.follow === undefined)
    throw refuse(
      'a source whose records come one after the other',
      source.name,
      'Leave it out: they are exported whole',
    )
  if (typeof output !== 'string' || output === '')
    throw refuse(
      'an output that is a file',
      output === undefined ? 'none' : 'a stream',
      'A stream cannot tell afterwards what of it has arrived: name a file',
    )
  const unfinished = [state].flat().filter((each) => !isFinal(each))
  if (unfinished.length > 0)
    throw refuse(
      `states of finished tasks only, which are ${finalStates.join(', ')}: it exports each once, when nothing happens to it any more`,
      unfinished.join(', '),
      'Leave these states out, or export them whole',
    )
  return incremental
}
