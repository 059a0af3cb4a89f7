import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModuleLoader } from '../../config/module-loader.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import type { DisabledExtension, InstalledPackage } from '../../contracts/installed-package.js'
import { PlaceNotFoundError } from '../../errors/discovery-errors.js'
import { taskerVersion } from '../tasker-version.js'
import { withoutDisabled } from './disabled.js'
import { type ExtensionKind, extensionKinds, type FailedFind, type Finds } from './found-value.js'
import { findInPath } from './local-files.js'
import {
  findBuiltIn,
  findInDependencies,
  findInNamedPackage,
  type PackageFinds,
  type PackageSearch,
  packageFolderOf,
} from './package-entries.js'

type Entry = unknown | { readonly use: unknown; readonly options?: Readonly<Record<string, unknown>> }

/** All that was found, and what became of the packages and of what is disabled. */
export interface Discovery extends Finds {
  readonly packages: readonly InstalledPackage[]
  readonly disabled: readonly DisabledExtension[]
}

/**
 * Finds everything that can be registered, in this order: what the package brings, what the direct dependencies of the project
 * bring, and what the configuration names: folders, files and packages first, then values.
 *
 * @param importing loads the modules of a package, whose code is not the house's
 */
export async function discover(
  config: ResolvedConfig,
  loader: ModuleLoader,
  importing: PackageSearch['importing'],
): Promise<Discovery> {
  const { packages, disable } = config.values.discovery
  const { environment, directory } = config
  const search = { loader, environment, directory, taskerVersion, disable, importing }
  const all: PackageFinds = { found: [], failed: [], packages: [] }
  add(all, await findBuiltIn(search))
  add(all, await findInDependencies(search, packages))
  for (const pass of ['places', 'values'] as const) {
    for (const kind of extensionKinds) {
      for (const [index, entry] of (config.values[kind] as readonly Entry[]).entries()) {
        add(all, await findEntry({ kind, entry, index }, pass, search))
      }
    }
  }
  return withoutDisabled(all, disable)
}

async function findEntry(
  { kind, entry, index }: { readonly kind: ExtensionKind; readonly entry: Entry; readonly index: number },
  pass: 'places' | 'values',
  search: PackageSearch,
): Promise<Finds & Partial<PackageFinds>> {
  const { use, options } = hasUse(entry) ? entry : { use: entry, options: undefined }
  if ((typeof use === 'string') !== (pass === 'places')) return { found: [], failed: [] }
  const finds = typeof use === 'string' ? await findPlace(kind, use, search) : findValue(kind, use, index)
  if (options === undefined) return finds
  return { ...finds, found: finds.found.map((each) => ({ ...each, options })) }
}

async function findPlace(
  kind: ExtensionKind,
  place: string,
  search: PackageSearch,
): Promise<Finds & Partial<PackageFinds>> {
  const path = resolve(search.directory, place)
  if (existsSync(path)) return findInPath(path, { ...search, kind, origin: { kind: 'folder', place } })
  const folder = packageFolderOf(place, search.directory)
  if (folder !== undefined) return findInNamedPackage(folder, place, kind, search)
  const error = new PlaceNotFoundError(kind, place, search.directory, neighboursIn(search.directory))
  return { found: [], failed: [{ kind, origin: { kind: 'configuration', place }, error }] }
}

/** What the place may have been meant to be. */
function neighboursIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => `./${name}`) : []
}

function findValue(kind: ExtensionKind, value: unknown, index: number): Finds {
  return { found: [{ kind, value, origin: { kind: 'configuration', place: `${kind}[${index}]` } }], failed: [] }
}

/** What is found again because the configuration names it, to give it options, is still one thing. */
function add(all: PackageFinds, more: Finds & Partial<PackageFinds>): void {
  for (const item of more.found) {
    const known = all.found.findIndex(({ kind, value }) => kind === item.kind && value === item.value)
    if (known === -1) all.found.push(item)
    else if (item.options !== undefined) all.found[known] = { ...all.found[known]!, options: item.options }
  }
  // A package may be a dependency and named by the configuration as well.
  all.failed.push(...more.failed.filter((failed) => !all.failed.some((known) => isSame(known, failed))))
  const known = new Set(all.packages.map(({ name }) => name))
  all.packages.push(...(more.packages ?? []).filter(({ name }) => !known.has(name)))
}

function isSame(one: FailedFind, other: FailedFind): boolean {
  return (
    one.kind === other.kind &&
    one.origin.kind === 'package' &&
    one.origin.place === other.origin.place &&
    String(one.error) === String(other.error)
  )
}

function hasUse(
  entry: Entry,
): entry is { readonly use: unknown; readonly options?: Readonly<Record<string, unknown>> } {
  return typeof entry === 'object' && entry !== null && 'use' in entry
}
