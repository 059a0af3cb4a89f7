/**
 * Writes the prepared image that new embedded databases are loaded from. Part of the build:
 *
 *     node dist/core/persistence/embedded/build-image.js [DIRECTORY]
 *
 * DIRECTORY is that of this file unless given. It does nothing, within 50 ms, if the image of the installed version of
 * PGlite is there already; images of other versions in it are removed.
 */
import { mkdir, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { preparedImagePath } from './prepared-image.js'

const imagePath = preparedImagePath(process.argv[2])
const isBuilt = await stat(imagePath).then(
  () => true,
  () => false,
)
if (!isBuilt) {
  const directory = dirname(imagePath)
  await mkdir(directory, { recursive: true })
  await writeImage(imagePath)
  for (const name of await readdir(directory)) {
    if (/^image-.*\.tar\.gz$/.test(name) && name !== basename(imagePath)) await unlink(join(directory, name))
  }
}

async function writeImage(path: string): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite')
  const database = await PGlite.create()
  try {
    const image = await database.dumpDataDir('gzip')
    const draft = `${path}.${process.pid}.new`
    await writeFile(draft, new Uint8Array(await image.arrayBuffer()))
    await rename(draft, path)
  } finally {
    await database.close()
  }
}
