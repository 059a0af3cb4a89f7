import { rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ExportedFile } from '../contracts/exporter.js'
import type { ExportOutput, PartSize } from './export-output.js'
import { partPath } from './part-names.js'
import { absent, existingAt, PartialFile, removeAbandoned } from './partial-file.js'

interface WholePart extends ExportedFile {
  readonly file: PartialFile
  readonly mode: number | undefined
}

/**
 * Writes numbered files. None has its name before all are written; then they take the place of those that an earlier export has left
 * under that path, and what it had more of them is removed, so that nobody reads files of two exports as one. It is removed up to the
 * first number that is missing: `events-202603.csv` is a month to somebody, and no file of ours.
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
    if (number === 1) await removeAbandoned(dirname(path))
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
    for (let number = this.#parts.length + 1; await isRemoved(partPath(this.#path, number)); number++);
    return this.#parts.map(({ path, records, bytes }) => ({ path, records, bytes }))
  }

  async abandon(): Promise<readonly ExportedFile[]> {
    for (const { file } of this.#parts) await file.remove()
    await this.#open?.file.remove()
    return []
  }
}

async function isRemoved(path: string): Promise<boolean> {
  const found = await stat(path).catch(absent)
  if (found === undefined || !found.isFile()) return false
  await rm(path)
  return true
}
