import { ExportOutputError } from '../errors/export-errors.js'
import { FileOutput } from './file-output.js'
import { StreamOutput } from './stream-output.js'

/** Where the bytes of an export go. */
export interface ExportOutput {
  /** How messages call it. */
  readonly name: string
  /** Writes all chunks, as fast as they can be taken, and finishes; on failure it removes or marks what it has written. */
  write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
}

/** The output that a request names: a file path, a writable stream, or none. */
export function exportOutput(output: unknown, exportId: string): ExportOutput {
  if (output === undefined) return countingOutput
  if (typeof output === 'string' && output !== '') return new FileOutput(output, exportId)
  if (isWritableStream(output)) return new StreamOutput(output)
  throw new ExportOutputError(
    output === '' ? 'an empty path' : `a value of type ${typeof output}`,
    'it is neither a path nor a writable stream',
    'Give a file path, a writable stream such as process.stdout, or nothing to count the records only',
  )
}

/** Takes the chunks and forgets them. */
const countingOutput: ExportOutput = {
  name: 'nowhere',
  async write(chunks) {
    for await (const _ of chunks);
  },
}

function isWritableStream(output: unknown): output is NodeJS.WritableStream {
  if (typeof output !== 'object' || output === null) return false
  const { write, on } = output as Partial<NodeJS.WritableStream>
  return typeof write === 'function' && typeof on === 'function'
}
