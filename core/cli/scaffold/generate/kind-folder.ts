import { stat } from 'node:fs/promises'
import { extname, relative, resolve, sep } from 'node:path'
import type { ResolvedConfig } from '../../../config/resolved-config.js'
import { NoFolderForKindError } from '../../../errors/scaffold-errors.js'

const settings = { handler: 'handlers', subscriber: 'subscribers', exporter: 'exporters', plugin: 'plugins' } as const

/** What is found in folders. */
export type FoundKind = keyof typeof settings

/**
 * The folder in which discovery finds what is written of a kind: the first that the configuration names, relative to the folder of the
 * configuration, with slashes. It need not exist yet.
 *
 * @throws NoFolderForKindError
 */
export async function kindFolder(kind: FoundKind, { values, directory }: ResolvedConfig): Promise<string> {
  const setting = settings[kind]
  const named = (values[setting] as readonly unknown[]).filter((entry) => typeof entry === 'string')
  for (const entry of named) {
    const path = resolve(directory, entry)
    if (await isFolder(entry, path)) return relative(directory, path).split(sep).join('/') || '.'
  }
  throw new NoFolderForKindError(setting, named)
}

/** What is not there yet is a folder where it is written as a path: `./handlers`, not `some-package`. */
async function isFolder(entry: string, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined) return found.isDirectory()
  return /^(\.{0,2}[\\/]|\.$)/.test(entry) && extname(entry) === ''
}
