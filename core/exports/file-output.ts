import { createWriteStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ExportedFile } from '../contracts/exporter.js'
import type { ExportOutput, PartSize } from './export-output.js'
import { existingAt, PartialFile, removeAbandoned } from './partial-file.js'

/**
 * Writes a file that is whole or not there: into a temporary file beside it, flushed to the disk and renamed when all is written.
 * On failure the temporary file is removed, and what stood at the path before stays. That of a killed process is removed by a later
 * export into that folder, when nobody has written to it for a day.
 */
export class FileOutput implements ExportOutput {
  readonly name: string
  readonly mayBeSplit = false
  readonly #path: string
  readonly #exportId: string
  #whole: { readonly file: PartialFile; readonly path: string; readonly mode: number | undefined } | undefined
  #size: PartSize = { records: 0, bytes: 0 }

  constructor(path: string, exportId: string) {
    this.name = path
    this.#path = resolve(path)
    this.#exportId = exportId
  }

  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const existing = await existingAt(this.#path, this.name)
    // Renaming a file over /dev/null or a pipe would replace the device itself.
    if (existing !== undefined && !existing.stats.isFile()) {
      return pipeline(chunks, createWriteStream(this.#path), { signal })
    }
    const path = existing?.path ?? this.#path
    await removeAbandoned(dirname(path))
    const file = new PartialFile(dirname(path), this.#exportId)
    this.#whole = { file, path, mode: existing?.stats.mode }
    await file.write(chunks, signal)
  }

  async seal(size: PartSize): Promise<void> {
    this.#size = size
  }

  async finish(): Promise<readonly ExportedFile[]> {
    if (this.#whole !== undefined) await this.#whole.file.moveTo(this.#whole.path, this.#whole.mode)
    return [{ path: this.#path, records: this.#size.records, bytes: this.#size.bytes }]
  }

  async abandon(): Promise<readonly ExportedFile[]> {
    await this.#whole?.file.remove()
    return []
  }
}
