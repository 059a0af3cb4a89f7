import { createWriteStream, type Stats } from 'node:fs'
import { access, chmod, constants, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ExportOutputError } from '../errors/export-errors.js'

/**
 * Writes a file that is whole or not there: into a temporary file beside it, flushed to the disk and renamed when all is written.
 * On failure the temporary file is removed, and what stood at the path before stays.
 */
export class FileOutput {
  readonly name: string
  readonly #path: string
  readonly #exportId: string

  constructor(path: string, exportId: string) {
    this.name = path
    this.#path = resolve(path)
    this.#exportId = exportId
  }

  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const existing = await this.#existing()
    // Renaming a file over /dev/null or a pipe would replace the device itself.
    if (existing !== undefined && !existing.stats.isFile()) {
      return pipeline(chunks, createWriteStream(this.#path), { signal })
    }
    await this.#replace(existing?.path ?? this.#path, existing?.stats.mode, chunks, signal)
  }

  async #replace(path: string, mode: number | undefined, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    const partial = join(dirname(path), `.tasker-export-${this.#exportId}.partial`)
    try {
      // Opened before: a stream that opens it by itself may do so after it was to be removed.
      const file = await open(partial, 'wx')
      await pipeline(chunks, file.createWriteStream({ flush: true }), { signal })
      if (mode !== undefined) await chmod(partial, mode & 0o777)
      await rename(partial, path)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  /** What is at the path now, behind links; refuses what cannot be written before a single record is read. */
  async #existing(): Promise<{ readonly path: string; readonly stats: Stats } | undefined> {
    const stats = await stat(this.#path).catch(absent)
    if (stats === undefined) {
      await this.#checkFolder()
      return undefined
    }
    if (stats.isDirectory()) {
      throw new ExportOutputError(this.name, 'it is a directory', `Name a file in it: ${join(this.name, 'export')}`)
    }
    await access(this.#path, constants.W_OK)
    return { path: await realpath(this.#path), stats }
  }

  async #checkFolder(): Promise<void> {
    const folder = dirname(this.#path)
    const stats = await stat(folder).catch(absent)
    if (stats?.isDirectory()) return
    const problem = stats === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`
    throw new ExportOutputError(this.name, problem, 'Create the folder first, or correct the path')
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
