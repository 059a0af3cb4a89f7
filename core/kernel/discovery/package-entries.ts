import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModuleLoader } from '../../config/module-loader.js'
import {
  NothingExportedError,
  PackageBringsNothingError,
  PackageEntryError,
  PackageFileError,
} from '../../errors/discovery-errors.js'
import { type ExtensionKind, extensionKinds, type Finds } from './found-value.js'
import { findInPath } from './local-files.js'
import { exportsOfKind, howToDefine } from './module-exports.js'

interface PackageJson {
  readonly name?: string
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly tasker?: unknown
}

type TaskerEntry = Readonly<Partial<Record<ExtensionKind, string | readonly string[]>>>

export interface PackageSearch {
  readonly loader: ModuleLoader
  readonly environment: string
  /** The folder of the project, whose package.json names the direct dependencies. */
  readonly directory: string
}

/** The folder of the package that this code belongs to. */
export function ownPackageFolder(): string {
  return findUp(dirname(fileURLToPath(import.meta.url)), 'package.json', (folder) => !folder.endsWith('dist'))!
}

/** What the package itself brings, found through the `"tasker"` entry of its own package.json, as anybody's. */
export async function findBuiltIn(search: PackageSearch): Promise<Finds> {
  const folder = ownPackageFolder()
  return findInPackage(folder, await readPackage(folder), 'built_in', search)
}

/** What the direct dependencies of the project bring that have a `"tasker"` entry, in the order of package.json. */
export async function findInDependencies(search: PackageSearch, wanted: boolean | readonly string[]): Promise<Finds> {
  const finds: Finds = { found: [], failed: [] }
  const projectFolder = findUp(search.directory, 'package.json', () => true)
  if (wanted === false || projectFolder === undefined) return finds
  const { dependencies, devDependencies, optionalDependencies } = await readPackage(projectFolder)
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  for (const name of names) {
    if (Array.isArray(wanted) && !wanted.includes(name)) continue
    const folder = findUp(projectFolder, join('node_modules', name, 'package.json'), () => true)
    if (folder === undefined || isOwn(join(folder, 'node_modules', name))) continue
    const more = await findInDependency(join(folder, 'node_modules', name), name, search)
    finds.found.push(...more.found)
    finds.failed.push(...more.failed)
  }
  return finds
}

/** A dependency that is damaged costs what it brings, and nothing else. */
async function findInDependency(folder: string, name: string, search: PackageSearch): Promise<Finds> {
  try {
    return await findInPackage(folder, await readPackage(folder), 'package', search)
  } catch (error) {
    return { found: [], failed: [{ kind: 'plugins', origin: { kind: 'package', place: name }, error }] }
  }
}

/** The same for a package that the configuration names. */
export async function findInNamedPackage(
  packageFolder: string,
  kind: ExtensionKind,
  search: PackageSearch,
): Promise<Finds> {
  const { found, failed } = await findInDependency(packageFolder, basename(packageFolder), search)
  const finds = { found: found.filter((each) => each.kind === kind), failed: [...failed] }
  if (finds.found.length + failed.length > 0) return finds
  const error = new PackageBringsNothingError(packageFolder, kind)
  return { found: [], failed: [{ kind, origin: { kind: 'configuration', place: basename(packageFolder) }, error }] }
}

/** The folder of an installed package, seen from the project. */
export function packageFolderOf(name: string, directory: string): string | undefined {
  const folder = findUp(directory, join('node_modules', name, 'package.json'), () => true)
  return folder === undefined ? undefined : join(folder, 'node_modules', name)
}

async function findInPackage(
  folder: string,
  manifest: PackageJson,
  kind: 'built_in' | 'package',
  { loader, environment, directory }: PackageSearch,
): Promise<Finds> {
  const finds: Finds = { found: [], failed: [] }
  if (manifest.tasker === undefined) return finds
  const name = manifest.name ?? folder
  const entry = readEntry(name, manifest.tasker)
  const origin = { kind, place: manifest.version === undefined ? name : `${name}@${manifest.version}` }
  if (entry instanceof Error) return { found: [], failed: [{ kind: 'plugins', origin, error: entry }] }
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

function readEntry(name: string, value: unknown): TaskerEntry | Error {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new PackageEntryError(name, JSON.stringify(value))
  }
  for (const [key, paths] of Object.entries(value)) {
    const isKnown = (extensionKinds as readonly string[]).includes(key)
    const isPaths = [paths].flat().every((path) => typeof path === 'string')
    if (!isKnown || !isPaths) return new PackageEntryError(name, `"${key}": ${JSON.stringify(paths)}`)
  }
  return value as TaskerEntry
}

async function readPackage(folder: string): Promise<PackageJson> {
  const file = join(folder, 'package.json')
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as PackageJson
  } catch (error) {
    throw new PackageFileError(file, error)
  }
}

/** The nearest folder, from here upwards, that has a file and passes. */
function findUp(from: string, file: string, passes: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file)) && passes(folder)) return folder
    if (dirname(folder) === folder) return undefined
  }
}

function isOwn(folder: string): boolean {
  return resolve(folder) === ownPackageFolder()
}
