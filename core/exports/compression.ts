import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { type ExportCompression, exportCompressions } from '../contracts/exporter.js'
import { InvalidExportRequestError } from '../errors/export-errors.js'

/** The ending of files that are compressed like that. */
export const compressionEndings = { none: '', gzip: '.gz', zstd: '.zst' } as const satisfies Record<
  ExportCompression,
  string
>

/**
 * How an export is compressed: as it was asked for, else as the ending of its output says.
 *
 * @throws InvalidExportRequestError
 */
export function compressionOf(asked: unknown, output: unknown): ExportCompression {
  const path = typeof output === 'string' ? output : ''
  const said = exportCompressions.find((each) => each !== 'none' && path.endsWith(compressionEndings[each]))
  if (asked === undefined) return said ?? 'none'
  const found = exportCompressions.find((each) => each === asked)
  if (found !== undefined) return found
  const expected = exportCompressions.map((each) => `"${each}"`).join(', ')
  throw new InvalidExportRequestError('compression', { expected, received: JSON.stringify(asked) })
}

/** The bytes of an export as they are written. The chunks are read as fast as the compressed ones are taken. */
export async function* compressed(
  chunks: AsyncIterable<Uint8Array>,
  compression: ExportCompression,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* chunks
  const compressor = compression === 'gzip' ? createGzip() : createZstdCompress()
  const feeding = pipeline(chunks, compressor)
  // It is waited for below; until then its failure also ends the compressor, and with it the loop.
  feeding.catch(() => undefined)
  try {
    for await (const chunk of compressor) yield chunk as Buffer
    await feeding
  } finally {
    compressor.destroy()
    await feeding.catch(() => undefined)
  }
}
