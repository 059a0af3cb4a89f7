import { rename, rm, rmdir } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { readPreparedImage } from './prepared-image.js'

/** Opens a database in memory, from the image if there is one. */
export async function openInMemory(imagePath: string): Promise<PGlite> {
  return create(undefined, await imageOption(imagePath))
}

/** Opens the database of a folder, after making it if the folder is fresh. The caller holds the lock of the folder. */
export async function openFolder(folder: string, isFresh: boolean, imagePath: string): Promise<PGlite> {
  if (isFresh) await createFolder(folder, imagePath)
  return create(folder)
}

/**
 * Makes the database in a folder beside it and renames that when it is whole, so that a process that is killed meanwhile
 * leaves nothing half-made in place. The reopening that this costs takes 0.2 s.
 */
async function createFolder(folder: string, imagePath: string): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  const database = await create(draft, await imageOption(imagePath))
  await database.close()
  await rmdir(folder).catch(() => {}) // Windows renames onto nothing only
  await rename(draft, folder)
}

async function imageOption(imagePath: string): Promise<{ loadDataDir?: Blob }> {
  const image = await readPreparedImage(imagePath)
  return image === undefined ? {} : { loadDataDir: image }
}

/** PGlite's own errors say no more than that it failed; PostgreSQL's reason goes to stderr. */
async function create(dataDir: string | undefined, options: { loadDataDir?: Blob } = {}): Promise<PGlite> {
  const reasons: string[] = []
  const keepReason = (line: string): boolean => {
    if (/FATAL|PANIC|DETAIL|HINT/.test(line)) reasons.push(line)
    return false
  }
  try {
    return await PGlite.create({ ...options, ...(dataDir && { dataDir }), onStderr: keepReason })
  } catch (error) {
    throw new Error([error instanceof Error ? error.message : String(error), ...reasons].join('; '), { cause: error })
  }
}
