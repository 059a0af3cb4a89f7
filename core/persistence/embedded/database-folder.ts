import { rename, rm, rmdir } from 'node:fs/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import type { CompiledEngine } from './compiled-engine.js'
import { ImageFileSystem } from './image-file-system.js'
import { type DatabaseImage, writeFolder } from './image-format.js'
import { readPreparedImage } from './prepared-image.js'
import { preparedSchema, tablesFingerprint } from './prepared-tables.js'

/** What opening and making a database takes. */
export interface DatabaseMaking {
  readonly engine: CompiledEngine
  readonly imagePath: string
  /** Tasker's tables are left in a new database if it has them in this schema. */
  readonly schema: string
}

/** Opens a database in memory, from the image if there is one. */
export async function openInMemory(making: DatabaseMaking): Promise<PGlite> {
  const image = await readPreparedImage(making.imagePath)
  const database = await create(image === undefined ? {} : { fs: new ImageFileSystem(image) }, making)
  if (image !== undefined && !hasRightTables(image, making)) await dropTables(database)
  return database
}

/** Opens the database of a folder, after making it if the folder is fresh. The caller holds the lock of the folder. */
export async function openFolder(folder: string, isFresh: boolean, making: DatabaseMaking): Promise<PGlite> {
  if (isFresh) await createFolder(folder, making)
  return create({ dataDir: folder }, making)
}

/**
 * Makes the database in a folder beside it and renames that when it is whole, so that a process that is killed meanwhile
 * leaves nothing half-made in place.
 */
async function createFolder(folder: string, making: DatabaseMaking): Promise<void> {
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  const image = await readPreparedImage(making.imagePath)
  if (image !== undefined) writeFolder(draft, image)
  if (image === undefined || !hasRightTables(image, making)) {
    const database = await create({ dataDir: draft }, making)
    if (image !== undefined) await dropTables(database)
    await database.close()
  }
  await rmdir(folder).catch(() => {}) // Windows renames onto nothing only
  await rename(draft, folder)
}

function hasRightTables({ tables }: DatabaseImage, { schema }: DatabaseMaking): boolean {
  return schema === preparedSchema && tables === tablesFingerprint()
}

/** The migrations make them, where they are wanted. */
async function dropTables(database: PGlite): Promise<void> {
  await database.exec(`drop schema ${preparedSchema} cascade`)
}

/** PGlite's own errors say no more than that it failed; PostgreSQL's reason goes to stderr. */
async function create(options: PGliteOptions, { engine }: DatabaseMaking): Promise<PGlite> {
  const reasons: string[] = []
  const keepReason = (line: string): boolean => {
    if (/FATAL|PANIC|DETAIL|HINT/.test(line)) reasons.push(line)
    return false
  }
  try {
    return await PGlite.create({ ...options, pgliteWasmModule: engine, onStderr: keepReason })
  } catch (error) {
    throw new Error([error instanceof Error ? error.message : String(error), ...reasons].join('; '), { cause: error })
  }
}
