import type { ExportContext, ExporterDefinition } from '../contracts/exporter.js'
import { ExportAbortedError, ExporterFailedError, InvalidExporterOutputError } from '../errors/export-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { RecordReader } from './record-reader.js'
import { untilAborted } from './until-aborted.js'

/** Text waits for about this many characters before it is handed to the output: exporters may yield a line at a time. */
const CHUNK_LENGTH = 64 * 1024

/** What is exported, for whom, and how far it has come. */
export interface PumpedExport {
  readonly exporter: ExporterDefinition
  readonly format: string
  readonly reader: RecordReader
  readonly context: ExportContext
  /** Most characters that wait to be handed on. Default 65,536. */
  readonly chunkLength?: number
}

/** Runs an exporter over its records and gives its output as bytes, in pieces of a useful size, each when it is asked for. */
export class ChunkPump {
  readonly #export: PumpedExport
  #failure: { readonly error: unknown } | undefined

  constructor(pumped: PumpedExport) {
    this.#export = pumped
  }

  /** The error that ended the chunks, as the caller is to see it; undefined when whatever went wrong was in the output. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const { chunkLength = CHUNK_LENGTH } = this.#export
    try {
      let text = ''
      for await (const chunk of this.#exporterOutput()) {
        if (typeof chunk === 'string') {
          text += chunk
          if (text.length < chunkLength || endsWithin(text)) continue
        }
        if (text !== '') yield Buffer.from(text)
        text = ''
        if (typeof chunk !== 'string') yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      }
      if (text !== '') yield Buffer.from(text)
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** The one place where an error of an exporter gets its name. */
  async *#exporterOutput(): AsyncGenerator<string | Uint8Array> {
    const { exporter, reader, context } = this.#export
    const output = untilAborted(this.#open(), context.signal)
    try {
      for (;;) {
        const result = await output.next().catch((error: unknown) => {
          throw this.#explain(error)
        })
        if (reader.failure !== undefined) throw reader.failure.error
        if (result.done) return
        yield checkChunk(exporter, result.value)
      }
    } finally {
      await output.return(undefined)
    }
  }

  #open(): AsyncIterable<unknown> {
    const { exporter, reader, context } = this.#export
    let output: unknown
    try {
      output = exporter.export(reader, context)
    } catch (error) {
      throw this.#explain(error)
    }
    if (isIterable(output)) return output
    if (output instanceof Promise) output.catch(() => undefined) // refused anyway, whatever becomes of it
    throw new InvalidExporterOutputError(exporter.name, 'result', output)
  }

  #explain(error: unknown): unknown {
    const { exporter, format, reader, context } = this.#export
    const { source, signal } = context
    if (signal.aborted) return new ExportAbortedError(source, format, reader.records, signal.reason)
    if (reader.failure !== undefined) return reader.failure.error
    // What is missing is the reader's to install, and no fault of the exporter.
    if (isTaskerError(error) && error.code === 'MISSING_PACKAGE') return error
    return new ExporterFailedError(exporter.name, source, reader.records, error)
  }
}

/** Whether the text ends in the middle of a character of two units, such as an emoji: its bytes are only known with the other half. */
function endsWithin(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
}

function checkChunk(exporter: ExporterDefinition, chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk
  throw new InvalidExporterOutputError(exporter.name, 'chunk', chunk)
}
