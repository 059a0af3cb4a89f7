import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** Everything the examples write is in `.tasker`, beside the embedded database: delete that folder to begin anew. */
const root = resolve('.tasker')

/** A file that a run leaves behind for people, its folder made. */
export async function outputFile(name: string): Promise<string> {
  await mkdir(join(root, 'out'), { recursive: true })
  return join(root, 'out', name)
}

/** Where one task keeps what is too big for the results of a step. On several machines this would be an object store. */
export function workFolder(taskId: string): string {
  return join(root, 'work', taskId)
}

/** Where the stand-in payment gateway keeps its books. */
export function gatewayFolder(): string {
  return join(root, 'gateway')
}

/**
 * Writes a file whole or not at all, and makes its folder: a step may be killed at any moment and will then run again, so what
 * it writes must neither be half there nor matter if it is written twice.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomUUID()}.tmp`
  await writeFile(temporary, text)
  await rename(temporary, file)
}

export async function readJson<T>(file: string, signal?: AbortSignal): Promise<T> {
  return JSON.parse(await readFile(file, { encoding: 'utf8', signal })) as T
}

/** A file of the package vega-datasets, read from disk. */
export function vegaDataFile(name: string): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  return join(dirname(entry), '..', 'data', name)
}
