import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type DatabaseImage, decodeImage } from './image-format.js'

/**
 * A prepared image is a new database with Tasker's tables in it, compressed to 2.5 MB: to make one of it takes 0.1 s where
 * `initdb` takes 2 to 9, and the migration 0.2 more. The build writes it beside the compiled code (build-image.ts), with the version
 * of PGlite in its name, so that an image of another version is never found.
 */
export function preparedImagePath(directory: string = fileURLToPath(new URL('.', import.meta.url))): string {
  return join(directory, `image-${pgliteVersion()}.gz`)
}

/** The image, or undefined if there is no file at `imagePath`. */
export async function readPreparedImage(imagePath: string): Promise<DatabaseImage | undefined> {
  let compressed: Buffer
  try {
    compressed = await readFile(imagePath)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return decodeImage(await promisify(gunzip)(compressed))
}

/** Read from package.json, not from the module: importing PGlite costs 0.1 s and more. */
function pgliteVersion(): string {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@electric-sql/pglite')
  const { version } = require(join(dirname(entry), '..', 'package.json')) as { version: string }
  return version
}
