import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One file of a database folder. */
export interface ImageFile {
  /** Relative to the folder, with slashes. */
  readonly path: string
  /** Without the zeros at its end, if these are many: the write-ahead log is 16 MB of little else. */
  readonly contents: Uint8Array
  /** With those zeros. */
  readonly size: number
}

/** A database folder in memory. Files may share their contents. */
export interface DatabaseImage {
  /** Which of Tasker's tables it has: see {@link tablesFingerprint}. */
  readonly tables: string
  /** Each after those it is in. */
  readonly folders: readonly string[]
  readonly files: readonly ImageFile[]
}

/** In the first line of an image; the contents follow it, one after the other. */
interface Index {
  readonly tables: string
  readonly folders: readonly string[]
  readonly files: readonly (readonly [path: string, size: number, offset: number, length: number])[]
}

const NEWLINE = 10
const WORTHWHILE_ZEROS = 65_536

/** Reads a folder, to be written as an image. */
export function readFolder(folder: string, tables: string): DatabaseImage {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const named = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
  const relative = (path: string) => path.slice(folder.length + 1).replaceAll('\\', '/')
  const files = named
    .filter(({ entry }) => entry.isFile())
    .map(({ path }) => imageFile(relative(path), readFileSync(path)))
  const folders = named.filter(({ entry }) => entry.isDirectory()).map(({ path }) => relative(path))
  return { tables, folders: folders.sort(), files }
}

function imageFile(path: string, contents: Uint8Array): ImageFile {
  let end = contents.length
  while (end > 0 && contents[end - 1] === 0) end--
  const isWorthwhile = contents.length - end >= WORTHWHILE_ZEROS
  return { path, contents: isWorthwhile ? contents.subarray(0, end) : contents, size: contents.length }
}

/**
 * The bytes of an image. What several files hold is in it once: the three databases that initdb makes are copies of each other,
 * so that 40 MB of files are 16 MB here.
 */
export function encodeImage({ tables, folders, files }: DatabaseImage): Uint8Array {
  const offsets = new Map<string, number>()
  const parts: Uint8Array[] = []
  let end = 0
  const offsetOf = (contents: Uint8Array): number => {
    const key = Buffer.from(contents).toString('latin1')
    const known = offsets.get(key)
    if (known !== undefined) return known
    const offset = end
    offsets.set(key, offset)
    parts.push(contents)
    end += contents.length
    return offset
  }
  const index: Index = {
    tables,
    folders,
    files: files.map(({ path, size, contents }) => [path, size, offsetOf(contents), contents.length]),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...parts])
}

/** The reverse of {@link encodeImage}, without copying any contents. */
export function decodeImage(bytes: Uint8Array): DatabaseImage {
  const start = bytes.indexOf(NEWLINE) + 1
  const { tables, folders, files } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, start))) as Index
  return {
    tables,
    folders,
    files: files.map(([path, size, offset, length]) => {
      const contents = bytes.subarray(start + offset, start + offset + length)
      return { path, size, contents }
    }),
  }
}

/** Makes a folder of an image. */
export function writeFolder(folder: string, { folders, files }: DatabaseImage): void {
  mkdirSync(folder)
  for (const each of folders) mkdirSync(join(folder, each))
  for (const { path, contents, size } of files) {
    const file = join(folder, path)
    writeFileSync(file, contents)
    if (size > contents.length) truncateSync(file, size)
  }
}
