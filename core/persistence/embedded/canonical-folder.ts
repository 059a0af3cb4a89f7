import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** The one name of a folder, which may not exist yet: absolute, without symbolic links. */
export async function canonicalFolder(path: string): Promise<string> {
  const folder = resolve(path)
  const real = await realpathIfAny(folder)
  return real ?? join((await realpathIfAny(dirname(folder))) ?? dirname(folder), basename(folder))
}

async function realpathIfAny(path: string): Promise<string | undefined> {
  return realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
