import { readdir } from 'node:fs/promises'
import { EmbeddedDatabaseFolderError } from '../../errors/embedded-database-errors.js'

/** Written by initdb; PGlite, too, takes it for the sign of a database. */
const MARKER = 'PG_VERSION'

/**
 * Whether a database has yet to be made in a folder.
 *
 * @throws EmbeddedDatabaseFolderError if it holds other things.
 */
export async function isFreshFolder(folder: string): Promise<boolean> {
  const found: string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (found.includes(MARKER)) return false
  if (found.length > 0) throw new EmbeddedDatabaseFolderError(folder, found)
  return true
}
