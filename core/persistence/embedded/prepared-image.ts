import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/**
 * A prepared image is an empty database as PGlite dumps it (`dumpDataDir`, 4.5 MB compressed): to load one takes a
 * second or less where `initdb` takes 2 to 9. The build writes it beside the compiled code (build-image.ts), with the version of PGlite
 * in its name, so that an image of another version is never found.
 */
export function preparedImagePath(directory: string = fileURLToPath(new URL('.', import.meta.url))): string {
  return join(directory, `image-${pgliteVersion()}.tar.gz`)
}

/** The image for PGlite's `loadDataDir`, or undefined if there is no file at `imagePath`. */
export async function readPreparedImage(imagePath: string): Promise<Blob | undefined> {
  let compressed: Buffer
  try {
    compressed = await readFile(imagePath)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Unpacked here because PGlite takes 0.1 s longer over it.
  return new Blob([new Uint8Array(await promisify(gunzip)(compressed))], { type: 'application/x-tar' })
}

/** Read from package.json, not from the module: importing PGlite costs 0.1 s and more. */
function pgliteVersion(): string {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@electric-sql/pglite')
  const { version } = require(join(dirname(entry), '..', 'package.json')) as { version: string }
  return version
}
