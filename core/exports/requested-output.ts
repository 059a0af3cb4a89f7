import { ExportOutputError } from '../errors/export-errors.js'
import type { ExportOutput } from './export-output.js'
import { FileOutput } from './file-output.js'
import { SplitOutput } from './split-output.js'
import { StreamOutput } from './stream-output.js'

/** The output that a request names: a file path, a writable stream, or none. */
export function requestedOutput(output: unknown, exportId: string, isSplit: boolean): ExportOutput {
  if (output === undefined) return isSplit ? { ...countingOutput, mayBeSplit: true } : countingOutput
  if (typeof output === 'string' && output !== '')
    return isSplit ? new SplitOutput(output, exportId) : new FileOutput(output, exportId)
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
  mayBeSplit: false,
  async write(chunks) {
    for await (const _ of chunks);
  },
  seal: async () => undefined,
  finish: async () => [],
  abandon: async () => [],
}

export function isWritableStream(output: unknown): output is NodeJS.WritableStream {
  if (typeof output !== 'object' || output === null) return false
  const { write, on } = output as Partial<NodeJS.WritableStream>
  return typeof write === 'function' && typeof on === 'function'
}
