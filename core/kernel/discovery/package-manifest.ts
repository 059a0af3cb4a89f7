import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PackageEntryError, PackageFileError, PackageIncompatibleError } from '../../errors/discovery-errors.js'
import { isVersionRange, worksWith } from '../../registry/tasker-range.js'
import { type ExtensionKind, extensionKinds } from './found-value.js'

/** What discovery reads of a package.json. */
export interface PackageManifest {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly tasker?: unknown
}

/** What a package brings, by kind: paths in its folder. */
export type TaskerEntry = Readonly<Partial<Record<ExtensionKind, string | readonly string[]>>>

/** Throws PackageFileError. */
export async function readManifest(folder: string): Promise<PackageManifest> {
  const file = join(folder, 'package.json')
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as PackageManifest
  } catch (error) {
    throw new PackageFileError(file, error)
  }
}

/** The `"tasker"` entry. Throws PackageEntryError. */
export function entryOf({ tasker }: PackageManifest, name: string): TaskerEntry {
  if (typeof tasker !== 'object' || tasker === null || Array.isArray(tasker)) {
    throw new PackageEntryError(name, JSON.stringify(tasker))
  }
  for (const [key, paths] of Object.entries(tasker)) {
    const isKnown = (extensionKinds as readonly string[]).includes(key)
    const isPaths = [paths].flat().every((path) => typeof path === 'string')
    if (!isKnown || !isPaths) throw new PackageEntryError(name, `"${key}": ${JSON.stringify(paths)}`)
  }
  return tasker as TaskerEntry
}

/** The Tasker versions that a package says it works with; a link to a folder or a repository says nothing of versions. */
export function taskerRangeOf({ peerDependencies }: PackageManifest): string | undefined {
  const range = peerDependencies?.tasker
  return typeof range === 'string' && isVersionRange(range) ? range : undefined
}

/** Throws PackageIncompatibleError. */
export function assertCompatible(manifest: PackageManifest, name: string, taskerVersion: string): void {
  const range = taskerRangeOf(manifest)
  if (range === undefined || worksWith(range, taskerVersion)) return
  const { version } = manifest
  throw new PackageIncompatibleError(name, { ...(version === undefined ? {} : { version }), range, taskerVersion })
}
