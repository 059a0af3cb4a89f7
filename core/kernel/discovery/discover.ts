import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ModuleLoader } from '../../config/module-loader.js'
import type { ResolvedConfig } from '../../config/resolved-config.js'
import { PlaceNotFoundError } from '../../errors/discovery-errors.js'
import { type ExtensionKind, extensionKinds, type Finds } from './found-value.js'
import { findInPath } from './local-files.js'
import { findBuiltIn, findInDependencies, findInNamedPackage, packageFolderOf } from './package-entries.js'

type Entry = unknown | { readonly use: unknown; readonly options?: Readonly<Record<string, unknown>> }

/**
 * Finds everything that can be registered, in this order: what the package brings, what the direct dependencies of the project
 * bring, and what the configuration names: folders, files and packages first, then values.
 */
export async function discover(config: ResolvedConfig, loader: ModuleLoader): Promise<Finds> {
  const search = { loader, environment: config.environment, directory: config.directory }
  const all: Finds = { found: [], failed: [] }
  add(all, await findBuiltIn(search))
  add(all, await findInDependencies(search, config.values.discovery.packages))
  for (const pass of ['places', 'values'] as const) {
    for (const kind of extensionKinds) {
      for (const [index, entry] of (config.values[kind] as readonly Entry[]).entries()) {
        add(all, await findEntry({ kind, entry, index }, pass, search))
      }
    }
  }
  return withoutDisabled(all, config.values.discovery.disable)
}

async function findEntry(
  { kind, entry, index }: { readonly kind: ExtensionKind; readonly entry: Entry; readonly index: number },
  pass: 'places' | 'values',
  search: { loader: ModuleLoader; environment: string; directory: string },
): Promise<Finds> {
  const { use, options } = hasUse(entry) ? entry : { use: entry, options: undefined }
  if ((typeof use === 'string') !== (pass === 'places')) return { found: [], failed: [] }
  const finds = typeof use === 'string' ? await findPlace(kind, use, search) : findValue(kind, use, index)
  if (options === undefined) return finds
  return { found: finds.found.map((each) => ({ ...each, options })), failed: finds.failed }
}

async function findPlace(
  kind: ExtensionKind,
  place: string,
  search: { loader: ModuleLoader; environment: string; directory: string },
): Promise<Finds> {
  const path = resolve(search.directory, place)
  if (existsSync(path)) return findInPath(path, { ...search, kind, origin: { kind: 'folder', place } })
  const folder = packageFolderOf(place, search.directory)
  if (folder !== undefined) return findInNamedPackage(folder, kind, search)
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

function withoutDisabled({ found, failed }: Finds, disabled: readonly string[]): Finds {
  const isEnabled = ({ kind, value }: Finds['found'][number]) =>
    kind === 'handlers' || !disabled.includes((value as { readonly name?: string }).name ?? '')
  return { found: found.filter(isEnabled), failed }
}

/** What is found again because the configuration names it, to give it options, is still one thing. */
function add(all: Finds, more: Finds): void {
  for (const item of more.found) {
    const known = all.found.findIndex(({ kind, value }) => kind === item.kind && value === item.value)
    if (known === -1) all.found.push(item)
    else if (item.options !== undefined) all.found[known] = { ...all.found[known]!, options: item.options }
  }
  all.failed.push(...more.failed)
}

function hasUse(
  entry: Entry,
): entry is { readonly use: unknown; readonly options?: Readonly<Record<string, unknown>> } {
  return typeof entry === 'object' && entry !== null && 'use' in entry
}
