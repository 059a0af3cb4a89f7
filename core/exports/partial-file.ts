import type { Stats } from 'node:fs'
import { access, chmod, constants, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ExportOutputError } from '../errors/export-errors.js'

/** A file that has not got its name yet: hidden, beside the place where it belongs. */
export class PartialFile {
  readonly path: string

  constructor(folder: string, name: string) {
    this.path = join(folder, `.tasker-export-${name}.partial`)
  }

  /** Writes it whole, and to the disk. */
  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    // Opened before: a stream that opens it by itself may do so after it was to be removed.
    const file = await open(this.path, 'wx')
    await pipeline(chunks, file.createWriteStream({ flush: true }), { signal })
  }

  /** Gives it its name, in place of what has it. */
  async moveTo(path: string, mode: number | undefined): Promise<void> {
    if (mode !== undefined) await chmod(this.path, mode & 0o777)
    await rename(this.path, path)
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }
}

/** What is at a path, behind links. */
export interface Existing {
  readonly path: string
  readonly stats: Stats
}

/** What is at a path now; refuses what cannot be written before a single record is read. */
export async function existingAt(path: string, name: string): Promise<Existing | undefined> {
  const stats = await stat(path).catch(absent)
  if (stats === undefined) {
    await checkFolder(dirname(path), name)
    return undefined
  }
  if (stats.isDirectory()) {
    throw new ExportOutputError(name, 'it is a directory', `Name a file in it: ${join(name, 'export')}`)
  }
  await access(path, constants.W_OK)
  return { path: await realpath(path), stats }
}

/** @throws ExportOutputError where there is no such folder */
export async function checkFolder(folder: string, name: string): Promise<void> {
  const stats = await stat(folder).catch(absent)
  if (stats?.isDirectory()) return
  const problem = stats === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`
  throw new ExportOutputError(name, problem, 'Create the folder first, or correct the path')
}

/** Undefined for what is not there. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
