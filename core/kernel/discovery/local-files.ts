import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { ModuleLoader } from '../../config/module-loader.js'
import type { Origin } from '../../contracts/origin.js'
import { type DefinedTask, isDefinedTask } from '../../contracts/task-definition.js'
import { ModuleLoadError } from '../../errors/configuration-errors.js'
import { DefinitionError } from '../../errors/definition-errors.js'
import { NothingExportedError } from '../../errors/discovery-errors.js'
import { inNamespace } from './folder-namespace.js'
import type { ExtensionKind, Finds } from './found-value.js'
import { exportsOfKind, howToDefine } from './module-exports.js'

const suffixes: Readonly<Record<ExtensionKind, RegExp>> = {
  handlers: /\.task\.([cm]?[jt]s|ya?ml)$/,
  subscribers: /\.subscriber\.[cm]?[jt]s$/,
  exporters: /\.exporter\.[cm]?[jt]s$/,
  plugins: /\.plugin\.[cm]?[jt]s$/,
}

const declarationFile = /\.d\.[cm]?ts$/

export interface FileSearch {
  readonly kind: ExtensionKind
  readonly loader: ModuleLoader
  readonly environment: string
  /** Where a file or folder comes from; `place` is completed by the path. */
  readonly origin: Origin
  /** What paths in origins are relative to. */
  readonly directory: string
}

/** Everything of a kind in a folder, at any depth, or in one file. */
export async function findInPath(path: string, search: FileSearch): Promise<Finds> {
  const finds: Finds = { found: [], failed: [] }
  const isFolder = (await stat(path)).isDirectory()
  const files = isFolder ? await filesOf(path, search.kind) : [path]
  for (const file of files) await addFile(finds, file, isFolder ? path : dirname(path), search)
  return finds
}

async function filesOf(folder: string, kind: ExtensionKind): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).split(sep).includes('node_modules'))
    .filter((file) => suffixes[kind].test(basename(file)) && !declarationFile.test(file))
    .filter((file, _index, all) => !isCompiledTwin(file, all))
    .sort()
}

/** A JavaScript file beside the TypeScript file that it was compiled from. */
function isCompiledTwin(file: string, all: readonly string[]): boolean {
  const source = file.replace(/\.([cm]?)js$/, '.$1ts')
  return source !== file && all.includes(source)
}

async function addFile(finds: Finds, file: string, root: string, search: FileSearch): Promise<void> {
  const { kind } = search
  const origin: Origin = { kind: search.origin.kind, place: placeOf(file, search) }
  try {
    const values = await valuesOf(file, search)
    for (const value of values) {
      const placed = kind === 'handlers' && isDefinedTask(value) ? inNamespace(value, namespaceOf(file, root)) : value
      finds.found.push({ kind, value: placed, origin })
    }
  } catch (error) {
    finds.failed.push({ kind, origin, error: inFile(file, error) })
  }
}

/** A definition that is only found wrong when it is looked at, such as a task without steps, does not know its file. */
function inFile(file: string, error: unknown): unknown {
  return error instanceof DefinitionError ? new ModuleLoadError({ file }, error.message, error) : error
}

function placeOf(file: string, { origin, directory }: FileSearch): string {
  const path = relative(directory, file).split(sep).join('/')
  return origin.kind === 'package' || origin.kind === 'built_in' ? `${origin.place}` : path
}

async function valuesOf(file: string, { kind, loader, environment }: FileSearch): Promise<readonly unknown[]> {
  if (/\.ya?ml$/.test(file)) {
    // The parser has 70 modules, which most projects do not need.
    const { loadTaskYaml } = await import('../../definition/load-task-yaml.js')
    const task: DefinedTask = await loadTaskYaml(file, {
      environment,
      loadModule: (path) => loader.load(resolve(path)),
    })
    return [task]
  }
  const exports = await loader.load(file)
  const values = exportsOfKind(kind, exports)
  if (values.length > 0) return values
  throw new NothingExportedError(file, { expected: howToDefine[kind], exported: Object.keys(exports) })
}

/** The folder directly under the handler root, if the file is not directly in the root. */
function namespaceOf(file: string, root: string): string | undefined {
  const [first, ...rest] = relative(root, file).split(sep)
  return rest.length > 0 ? first : undefined
}
