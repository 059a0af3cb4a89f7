/**
 * Writes the prepared image that new embedded databases are loaded from. Part of the build:
 *
 *     node dist/core/persistence/embedded/build-image.js [DIRECTORY]
 *
 * DIRECTORY is that of this file unless given. It does nothing, within 0.15 s, if there is an image of the installed version of
 * PGlite with the tables of the migrations already; images of other versions in it are removed.
 */
import { mkdir, mkdtemp, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { encodeImage, readFolder } from './image-format.js'
import { preparedImagePath, readPreparedImage } from './prepared-image.js'
import { preparedSchema, tablesFingerprint } from './prepared-tables.js'

const imagePath = preparedImagePath(process.argv[2])
const tables = tablesFingerprint()
const found = await readPreparedImage(imagePath).catch(() => undefined)
if (found?.tables !== tables) {
  const directory = dirname(imagePath)
  await mkdir(directory, { recursive: true })
  await writeImage(imagePath)
  for (const name of await readdir(directory)) {
    if (/^image-.*\.gz$/.test(name) && name !== basename(imagePath)) await unlink(join(directory, name))
  }
}

async function writeImage(path: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'tasker-image-'))
  try {
    const folder = join(work, 'db')
    await makeDatabase(folder, join(work, 'no-image'))
    const bytes = encodeImage(readFolder(folder, tables))
    const draft = `${path}.${process.pid}.new`
    await writeFile(draft, await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }))
    await rename(draft, path)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** As any start makes it, and closed, so that it need not recover when it is opened. */
async function makeDatabase(folder: string, imagePath: string): Promise<void> {
  // Loaded here, because mostly there is nothing to do.
  const { startEmbeddedServer } = await import('./embedded-server.js')
  const { openDatabase } = await import('../database.js')
  const { migrate } = await import('../migrate.js')
  const server = await startEmbeddedServer({ path: folder, imagePath })
  const database = await openDatabase({ connection: server.connection, schema: preparedSchema })
  await migrate(database)
  await database.close()
  await server.stop()
}
