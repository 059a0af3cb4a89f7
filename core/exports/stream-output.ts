import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ExportedFile } from '../contracts/exporter.js'
import { ExportOutputError } from '../errors/export-errors.js'
import type { ExportOutput } from './export-output.js'

/** File descriptors that belong to the process, not to an export: standard output and standard error. */
const STANDARD_STREAMS: readonly unknown[] = [1, 2]

/**
 * Writes to a stream of the caller, which waits when the stream is full.
 *
 * What a stream has taken cannot be taken back: on failure it is destroyed, so that its reader does not take half an export for
 * a whole one. Standard output and standard error stay open.
 */
export class StreamOutput implements ExportOutput {
  readonly name = 'the stream that was given'
  readonly mayBeSplit = false
  readonly #stream: NodeJS.WritableStream & Partial<Pick<Writable, 'destroyed' | 'writableEnded'>>

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const stream = this.#stream
    if (stream.destroyed || stream.writableEnded || !stream.writable) {
      throw new ExportOutputError(this.name, 'it is closed already', 'Give a stream that is open')
    }
    const isStandard = STANDARD_STREAMS.includes((stream as { readonly fd?: unknown }).fd)
    await pipeline(chunks, stream, { signal, end: !isStandard })
  }

  async seal(): Promise<void> {}

  async finish(): Promise<readonly ExportedFile[]> {
    return []
  }

  async abandon(): Promise<readonly ExportedFile[]> {
    return []
  }
}
