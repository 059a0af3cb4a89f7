import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ExportPart } from '../contracts/export-cursors.js'
import type { ExportedFile } from '../contracts/exporter.js'
import { ExportPartError, ExportTakenOverError } from '../errors/export-errors.js'
import type { ExportHold } from './export-hold.js'
import type { ExportOutput, PartSize } from './export-output.js'
import { partPath } from './part-names.js'
import { absent, checkFolder, hiddenName, PartialFile } from './partial-file.js'

/**
 * Writes the numbered files of an incremental export, each of them exactly once:
 *
 * 1. the file is written under a hidden name, to the disk;
 * 2. the database notes that it is about to get its name, and up to where it goes;
 * 3. it gets its name;
 * 4. the database notes that it has it, and that the export is as far as that.
 *
 * Whoever is killed before 2 has exported nothing, and the next run removes the hidden file. Whoever is killed after 2 has exported
 * the file: the next run does 3 and 4, as far as they were not done. The numbers of the files have no gaps, and a file that has its
 * name is never written again.
 */
export class IncrementalOutput implements ExportOutput {
  readonly name: string
  readonly mayBeSplit = true
  readonly #path: string
  readonly #hold: ExportHold
  /** What the names of its hidden files begin with, and end in after that. */
  readonly #hidden: { readonly beginning: string; readonly holder: string }
  readonly #files: ExportedFile[] = []
  #number: number
  #open: PartialFile | undefined

  constructor(path: string, hold: ExportHold, holder: string) {
    const { createdAt, files } = hold.cursor
    this.name = path
    this.#path = resolve(path)
    this.#hold = hold
    // When it was begun tells it from one of the same name, of another database, that writes into the same folder.
    this.#hidden = { beginning: `${hold.name}-${Date.parse(createdAt).toString(36)}-`, holder }
    this.#number = files
  }

  /** Removes what a run that was killed has left without a name. */
  async prepare(): Promise<void> {
    const folder = dirname(this.#path)
    await checkFolder(folder, this.name)
    for (const name of await readdir(folder))
      if (isLeftBy(this.#hidden.beginning, name)) await rm(join(folder, name), { force: true })
  }

  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const path = partPath(this.#path, this.#number + 1)
    if ((await stat(path).catch(absent)) !== undefined) {
      throw new ExportPartError(
        this.#hold.name,
        path,
        'there is a file of that name, which this export has not written',
        'Move it away, or choose another output. It may be of an export of that name that was forgotten, or of a database that has lost its last commits',
      )
    }
    this.#open = new PartialFile(dirname(path), `${this.#hidden.beginning}${this.#hidden.holder}`)
    await this.#open.write(chunks, signal)
  }

  async seal({ records, bytes, position }: PartSize): Promise<void> {
    const path = partPath(this.#path, this.#number + 1)
    const partial = this.#open!
    await this.#assertWritten(partial)
    await syncFolder(dirname(path))
    // From here on the file belongs to the database: where no answer comes, the next run knows better than we do whether it was told.
    this.#open = undefined
    const part = { partial: partial.path, path, folder: await folderOf(path), records, bytes, position: position! }
    await this.#hold.announce(part).catch(async (error: unknown) => {
      if (error instanceof ExportTakenOverError) await partial.remove()
      throw error
    })
    await completePart(this.#hold, part)
    this.#number++
    this.#files.push({ path, records, bytes })
  }

  /** A file that is announced and nowhere to be found counts as taken away, with its records: what is not there is not announced. */
  async #assertWritten({ path }: PartialFile): Promise<void> {
    if ((await stat(path).catch(absent)) !== undefined) return
    await this.#hold.confirm()
    throw new ExportPartError(
      this.#hold.name,
      path,
      'somebody has removed this file while it was written',
      'Run the export again, which writes it anew; leave its hidden files alone',
    )
  }

  async finish(): Promise<readonly ExportedFile[]> {
    return this.#files
  }

  async abandon(): Promise<readonly ExportedFile[]> {
    await this.#open?.remove()
    return this.#files
  }
}

/**
 * Gives an announced file its name, unless it has it, and notes that. It may be called any number of times.
 *
 * Where neither the hidden file nor the named one is found in the folder in which the file was written, somebody has taken it away
 * already: it had its name.
 *
 * @throws ExportPartError where this process does not see that folder
 */
export async function completePart(hold: ExportHold, part: ExportPart): Promise<void> {
  const isMoved = await rename(part.partial, part.path).then(() => true, absent)
  const isThere = isMoved === true || (await stat(part.path).catch(absent)) !== undefined
  if (!isThere && (await folderOf(part.path)) !== part.folder) {
    throw new ExportPartError(
      hold.name,
      part.path,
      'this file was about to get its name when its process was killed, and this process does not see the folder in which it was written',
      'Run the export where that folder is; use a folder that all workers share',
    )
  }
  await syncFolder(dirname(part.path))
  await hold.settle()
}

/** The hidden files of an export end in the id of a run. */
function isLeftBy(beginning: string, file: string): boolean {
  const holder = hiddenName(file)
  return holder?.startsWith(beginning) === true && isRunId(holder.slice(beginning.length))
}

function isRunId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** Which folder a file is in, for whoever compares; empty: none that this process sees. */
async function folderOf(path: string): Promise<string> {
  const stats = await stat(dirname(path), { bigint: true }).catch(absent)
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`
}

/** Has the names in a folder survive a power cut. Where folders cannot be opened, as on Windows, the system decides. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  try {
    await handle?.sync().catch(() => undefined)
  } finally {
    await handle?.close()
  }
}
