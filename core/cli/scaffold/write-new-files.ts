import { access, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FilesExistError } from '../../errors/scaffold-errors.js'
import type { ScaffoldFile } from './scaffold-file.js'

/**
 * Refuses files of which one exists already.
 *
 * @throws FilesExistError which lists them
 */
export async function assertNew(folder: string, files: readonly ScaffoldFile[]): Promise<void> {
  const found = await Promise.all(files.map(({ path }) => exists(join(folder, path))))
  const existing = files.filter((_, index) => found[index]).map(({ path }) => path)
  if (existing.length > 0) throw new FilesExistError(folder, existing)
}

/**
 * Writes files that do not exist yet, with the folders that they need. Looks first, so that nothing is written where one exists; a file
 * that somebody makes in between is not replaced either.
 *
 * @throws FilesExistError
 */
export async function writeNewFiles(folder: string, files: readonly ScaffoldFile[]): Promise<void> {
  await assertNew(folder, files)
  for (const { path, content } of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content, { flag: 'wx' })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
