import type { Stats } from 'node:fs'
import { access, chmod, constants, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ExportOutputError } from '../errors/export-errors.js'

const beginning = '.tasker-export-'
const ending = '.partial'
/** An export writes to its file all the time: what nobody has written to for a day is of a process that is gone. */
const abandonedAfterMs = 86_400_000
/** Of a whole file by the id of its export, or by that and its number. Those of incremental exports are theirs to remove. */
const wholeName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-\d+)?$/

/** A file that has not got its name yet: hidden, beside the place where it belongs. */
export class PartialFile {
  readonly path: string

  constructor(folder: string, name: string) {
    this.path = join(folder, `${beginning}${name}${ending}`)
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

/**
 * Removes the hidden files that killed processes have left in a folder. It does no harm where that fails, nor where it takes a file too
 * early: its export then fails when it gives it its name.
 */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const file of await readdir(folder).catch(() => [])) {
    if (!wholeName.test(hiddenName(file) ?? '')) continue
    const path = join(folder, file)
    const stats = await stat(path).catch(() => undefined)
    if (stats !== undefined && Date.now() - stats.mtimeMs > abandonedAfterMs)
      await rm(path, { force: true }).catch(() => undefined)
  }
}

/** The name that a hidden file was made with; undefined for a file of anybody else. */
export function hiddenName(file: string): string | undefined {
  const isHidden = file.startsWith(beginning) && file.endsWith(ending)
  return isHidden ? file.slice(beginning.length, -ending.length) : undefined
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
