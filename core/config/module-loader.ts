import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createJiti, type Jiti } from 'jiti'
import { ModuleLoadError, ModuleTimeoutError } from '../errors/configuration-errors.js'
import { locateError, reasonOf } from './error-location.js'
import { loadSharedPackages, sharedModules } from './shared-packages.js'

/** What a module exports, by name. */
export type LoadedModule = Readonly<Record<string, unknown>>

/** Loads the files of a project: its configuration, handlers, subscribers, exporters and plugins. */
export interface ModuleLoader {
  readonly directory: string
  /**
   * Loads a JavaScript or TypeScript file; a second call gives the same module.
   *
   * @param path absolute, or relative to the directory of the loader
   * @throws ModuleLoadError with file, line and cause; ModuleTimeoutError
   */
  load(path: string): Promise<LoadedModule>
  /** The file that an import of a package or path from this directory means; undefined where there is none. */
  resolve(specifier: string): string | undefined
}

/**
 * A loader for the project in a directory.
 *
 * JavaScript is left to Node. TypeScript goes through jiti, with decorators and their metadata, without a cache on disk: the
 * first file costs 110 to 180 ms, most of it to load the compiler, and each further one 1 to 3 ms for each kilobyte of source. Modules get the running copy of
 * `tasker` and of the packages that it shares with them.
 *
 * @param timeoutMs how long a module with a top-level `await` may take, in milliseconds
 * @example
 * const { processOrder } = await createModuleLoader('/srv/shop').load('handlers/process-order.task.ts')
 */
export function createModuleLoader(directory: string, timeoutMs = 30_000): ModuleLoader {
  return new JitiModuleLoader(resolve(directory), timeoutMs)
}

/** Failures in which nothing was executed yet, where the file may still load if jiti resolves its imports. */
const linkErrors = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
])

class JitiModuleLoader implements ModuleLoader {
  readonly directory: string
  #made: Jiti | undefined
  readonly #timeoutMs: number
  /** What jiti loads it loads one file at a time: it evaluates a module twice that two files import at the same moment. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(directory: string, timeoutMs: number) {
    this.directory = directory
    this.#timeoutMs = timeoutMs
  }

  /** Made when something is to be loaded: who brings all of its parts along loads nothing. */
  get #jiti(): Jiti {
    this.#made ??= createJiti(pathToFileURL(`${this.directory}/`).href, {
      fsCache: false,
      moduleCache: true,
      interopDefault: true,
      tryNative: false,
      virtualModules: sharedModules,
    })
    return this.#made
  }

  load(path: string): Promise<LoadedModule> {
    const file = resolve(this.directory, path)
    return loadSharedPackages().then(() => this.#load(file))
  }

  resolve(specifier: string): string | undefined {
    const url = this.#jiti.esmResolve(specifier, { try: true })
    return url?.startsWith('file:') ? fileURLToPath(url) : url
  }

  async #load(file: string): Promise<LoadedModule> {
    try {
      await access(file)
      return exportsOf(/\.[cm]?js$/.test(file) ? await this.#loadByNode(file) : await this.#loadByJiti(file))
    } catch (cause) {
      if (cause instanceof ModuleTimeoutError) throw cause
      throw new ModuleLoadError(locateError(cause, file), reasonOf(cause), cause)
    }
  }

  /** Any number at once: one that takes its time holds up no other. */
  async #loadByNode(file: string): Promise<object> {
    try {
      return await this.#inTime(file, import(pathToFileURL(file).href))
    } catch (error) {
      if (!isLinkError(error)) throw error
      return this.#loadByJiti(file)
    }
  }

  #loadByJiti(file: string): Promise<object> {
    const loading = this.#last.then(() => this.#inTime(file, this.#jiti.import<object>(file)))
    this.#last = loading.catch(() => undefined)
    return loading
  }

  /** One that waits for ever would hold up all that come after it. */
  async #inTime<R>(file: string, loading: Promise<R>): Promise<R> {
    const late = Promise.withResolvers<never>()
    const timeout = new ModuleTimeoutError(file, this.#timeoutMs)
    const timer = setTimeout(() => late.reject(timeout), this.#timeoutMs)
    try {
      return await Promise.race([loading, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}

function isLinkError(error: unknown): boolean {
  return error instanceof SyntaxError || linkErrors.has((error as { code?: string } | null)?.code ?? '')
}

/** A plain object of what jiti gives: a proxy in which a missing default export is the module itself. */
function exportsOf(module: object): LoadedModule {
  const names = Object.keys(module).filter((name) => name !== 'module.exports')
  return Object.freeze(Object.fromEntries(names.map((name) => [name, (module as Record<string, unknown>)[name]])))
}
