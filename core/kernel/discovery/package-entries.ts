import { existsSync, realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModuleLoader } from '../../config/module-loader.js'
import type { InstalledPackage } from '../../contracts/installed-package.js'
import { NothingExportedError, PackageBringsNothingError } from '../../errors/discovery-errors.js'
import { errorMessage } from '../../errors/error-message.js'
import { disablesPackage } from './disabled.js'
import { type ExtensionKind, extensionKinds, type Finds } from './found-value.js'
import { findInPath } from './local-files.js'
import { exportsOfKind, howToDefine } from './module-exports.js'
import { assertCompatible, entryOf, type PackageManifest, readManifest, taskerRangeOf } from './package-manifest.js'

export interface PackageSearch {
  readonly loader: ModuleLoader
  readonly environment: string
  /** The folder of the project, whose package.json names the direct dependencies. */
  readonly directory: string
  /** The running version, which packages name as their peer dependency. */
  readonly taskerVersion: string
  /** Entries of `discovery.disable`: packages among them are not even loaded. */
  readonly disable: readonly string[]
  /** Runs what loads the modules of a package, as the code of that package. */
  importing<R>(place: string, load: () => Promise<R>): Promise<R>
}

/** What packages brought, and what is to be said of each of them. */
export interface PackageFinds extends Finds {
  readonly packages: InstalledPackage[]
}

/** The folder of the package that this code belongs to. */
export function ownPackageFolder(): string {
  return findUp(dirname(fileURLToPath(import.meta.url)), 'package.json', (folder) => !folder.endsWith('dist'))!
}

/** What the package itself brings, found through the `"tasker"` entry of its own package.json, as anybody's. */
export async function findBuiltIn(search: PackageSearch): Promise<Finds> {
  const folder = ownPackageFolder()
  const manifest = await readManifest(folder)
  return findEntries({ folder, manifest, name: manifest.name ?? folder, kind: 'built_in' }, search)
}

/** What the direct dependencies of the project bring that have a `"tasker"` entry, in the order of package.json. They are loaded at once: none waits for another. */
export async function findInDependencies(
  search: PackageSearch,
  wanted: boolean | readonly string[],
): Promise<PackageFinds> {
  const finds: PackageFinds = { found: [], failed: [], packages: [] }
  const projectFolder = findUp(search.directory, 'package.json', () => true)
  if (wanted === false || projectFolder === undefined) return finds
  const { dependencies, devDependencies, optionalDependencies } = await readManifest(projectFolder)
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  const loading = names.map(async (name) => {
    if (Array.isArray(wanted) && !wanted.includes(name)) return undefined
    const folder = packageFolderOf(name, projectFolder)
    return folder === undefined || isOwn(folder) ? undefined : findInDependency(folder, name, search)
  })
  for (const more of await Promise.all(loading)) {
    finds.found.push(...(more?.found ?? []))
    finds.failed.push(...(more?.failed ?? []))
    finds.packages.push(...(more?.packages ?? []))
  }
  return finds
}

/** A dependency that is damaged, or made for another Tasker, costs what it brings, and nothing else. */
async function findInDependency(folder: string, name: string, search: PackageSearch): Promise<PackageFinds> {
  let manifest: PackageManifest | undefined
  try {
    manifest = await readManifest(folder)
    if (manifest.tasker === undefined) return { found: [], failed: [], packages: [] }
    const brings = Object.keys(entryOf(manifest, name))
    const about = { ...describe(name, manifest), brings }
    if (disablesPackage(search.disable, name)) return nothingOf({ ...about, state: 'disabled' })
    assertCompatible(manifest, name, search.taskerVersion)
    const load = () => findEntries({ folder, manifest: manifest!, name, kind: 'package' }, search)
    const finds = await search.importing(placeOf(name, manifest), load)
    // One of which nothing could be loaded has not joined.
    const [failure] = finds.found.length === 0 ? finds.failed : []
    if (failure === undefined) return { ...finds, packages: [{ ...about, state: 'joined' }] }
    return { ...finds, packages: [{ ...about, state: 'refused', reason: errorMessage(failure.error) }] }
  } catch (error) {
    return refusedPackage(name, manifest ?? {}, error)
  }
}

function nothingOf(about: InstalledPackage): PackageFinds {
  return { found: [], failed: [], packages: [about] }
}

/** It is refused once for each kind of thing that it would have brought, so that each of their lists says why it lacks something. */
function refusedPackage(name: string, manifest: PackageManifest, error: unknown): PackageFinds {
  const { tasker } = manifest
  const keys = typeof tasker === 'object' && tasker !== null ? Object.keys(tasker) : []
  const kinds = keys.filter((key): key is ExtensionKind => (extensionKinds as readonly string[]).includes(key))
  const origin = { kind: 'package', place: placeOf(name, manifest) } as const
  const failed = (kinds.length > 0 ? kinds : (['plugins'] as const)).map((kind) => ({ kind, origin, error }))
  const reason = errorMessage(error)
  return { found: [], failed, packages: [{ ...describe(name, manifest), brings: kinds, state: 'refused', reason }] }
}

function describe(name: string, manifest: PackageManifest) {
  const { version } = manifest
  const tasker = taskerRangeOf(manifest)
  return { name, ...(version === undefined ? {} : { version }), ...(tasker === undefined ? {} : { tasker }) }
}

function placeOf(name: string, { version }: PackageManifest): string {
  return version === undefined ? name : `${name}@${version}`
}

/** The same for a package that the configuration names. */
export async function findInNamedPackage(
  packageFolder: string,
  name: string,
  kind: ExtensionKind,
  search: PackageSearch,
): Promise<PackageFinds> {
  const { found, failed, packages } = await findInDependency(packageFolder, name, search)
  const finds = {
    found: found.filter((each) => each.kind === kind),
    failed: failed.filter((each) => each.kind === kind),
  }
  const isDisabled = packages.some(({ state }) => state === 'disabled')
  if (isDisabled || finds.found.length + failed.length > 0) return { ...finds, packages }
  const error = new PackageBringsNothingError(packageFolder, kind)
  return { found: [], failed: [{ kind, origin: { kind: 'configuration', place: name }, error }], packages: [] }
}

/** The folder of an installed package, seen from the project. */
export function packageFolderOf(name: string, directory: string): string | undefined {
  const folder = findUp(directory, join('node_modules', name, 'package.json'), () => true)
  return folder === undefined ? undefined : join(folder, 'node_modules', name)
}

interface SearchedPackage {
  readonly folder: string
  readonly manifest: PackageManifest
  readonly name: string
  readonly kind: 'built_in' | 'package'
}

async function findEntries(
  { folder, manifest, name, kind }: SearchedPackage,
  { loader, environment, directory }: PackageSearch,
): Promise<Finds> {
  const finds: Finds = { found: [], failed: [] }
  const entry = entryOf(manifest, name)
  const origin = { kind, place: placeOf(name, manifest) }
  for (const extension of extensionKinds) {
    for (const path of [entry[extension] ?? []].flat()) {
      const more = await findEntry(resolve(folder, path), { kind: extension, loader, environment, origin, directory })
      finds.found.push(...more.found)
      finds.failed.push(...more.failed)
    }
  }
  return finds
}

/** A path of an entry: a file, or a folder in which each file, or each folder with an index, is one. */
async function findEntry(path: string, search: Parameters<typeof findInPath>[1]): Promise<Finds> {
  try {
    if (/\.([cm]?[jt]s|ya?ml)$/.test(path)) return await findInNamedFile(path, search)
    const inFolder = await findInPath(path, search)
    for (const index of await indexFilesOf(path)) {
      const more = await findInFile(index, search)
      inFolder.found.push(...more.found)
      inFolder.failed.push(...more.failed)
    }
    return inFolder
  } catch (error) {
    return { found: [], failed: [{ kind: search.kind, origin: search.origin, error }] }
  }
}

async function findInFile(path: string, search: Parameters<typeof findInPath>[1]): Promise<Finds> {
  const { kind, origin, loader } = search
  if (/\.ya?ml$/.test(path)) return findInPath(path, search)
  try {
    const values = exportsOfKind(kind, await loader.load(path))
    return { found: values.map((value) => ({ kind, value, origin })), failed: [] }
  } catch (error) {
    return { found: [], failed: [{ kind, origin, error }] }
  }
}

/** A file that the entry names is one that brings something. */
async function findInNamedFile(path: string, search: Parameters<typeof findInPath>[1]): Promise<Finds> {
  const finds = await findInFile(path, search)
  if (finds.found.length + finds.failed.length > 0) return finds
  const { kind, origin, loader } = search
  const facts = { expected: howToDefine[kind], exported: Object.keys(await loader.load(path)) }
  return { found: [], failed: [{ kind, origin, error: new NothingExportedError(path, facts) }] }
}

async function indexFilesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name, 'index.js'))
    .filter((file) => existsSync(file))
    .sort()
}

/** The nearest folder, from here upwards, that has a file and passes. */
function findUp(from: string, file: string, passes: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file)) && passes(folder)) return folder
    if (dirname(folder) === folder) return undefined
  }
}

/** Whether a package is Tasker itself, which was found before, also where it is linked. */
function isOwn(folder: string): boolean {
  return realpathSync(folder) === realpathSync(ownPackageFolder())
}
