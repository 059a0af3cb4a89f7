import { readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ExportedFile } from '../contracts/exporter.js'
import type { ExportOutput, PartSize } from './export-output.js'
import { partNumber, partPath } from './part-names.js'
import { existingAt, PartialFile } from './partial-file.js'

interface WholePart extends ExportedFile {
  readonly file: PartialFile
  readonly mode: number | undefined
}

/**
 * Writes numbered files. None has its name before all are written; then they take the place of those that an earlier export has left
 * under that path, and what it had more of them is removed, so that nobody reads files of two exports as one.
 */
export class SplitOutput implements ExportOutput {
  readonly name: string
  readonly mayBeSplit = true
  readonly #path: string
  readonly #exportId: string
  readonly #parts: WholePart[] = []
  #open: Omit<WholePart, 'records' | 'bytes'> | undefined

  constructor(path: string, exportId: string) {
    this.name = path
    this.#path = resolve(path)
    this.#exportId = exportId
  }

  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const number = this.#parts.length + 1
    const path = partPath(this.#path, number)
    const existing = await existingAt(path, path)
    const file = new PartialFile(dirname(path), `${this.#exportId}-${number}`)
    this.#open = { file, path: existing?.path ?? path, mode: existing?.stats.mode }
    await file.write(chunks, signal)
  }

  async seal({ records, bytes }: PartSize): Promise<void> {
    this.#parts.push({ ...this.#open!, records, bytes })
    this.#open = undefined
  }

  async finish(): Promise<readonly ExportedFile[]> {
    for (const { file, path, mode } of this.#parts) await file.moveTo(path, mode)
    const folder = dirname(this.#path)
    for (const name of await readdir(folder)) {
      const number = partNumber(this.#path, name)
      if (number !== undefined && number > this.#parts.length) await rm(join(folder, name))
    }
    return this.#parts.map(({ path, records, bytes }) => ({ path, records, bytes }))
  }

  async abandon(): Promise<readonly ExportedFile[]> {
    for (const { file } of this.#parts) await file.remove()
    await this.#open?.file.remove()
    return []
  }
}
