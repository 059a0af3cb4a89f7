import { access } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import {
  ConfigurationFileNotFoundError,
  ConfigurationLoadError,
  ModuleLoadError,
  ModuleTimeoutError,
} from '../errors/configuration-errors.js'
import type { ConfigSource } from './define-config.js'
import { createModuleLoader } from './module-loader.js'
import { type ResolveOptions, resolveSource } from './resolve-config.js'
import type { ResolvedConfig } from './resolved-config.js'

/** Names of a configuration file; the first that exists is taken. */
export const configFileNames = Object.freeze([
  'tasker.config.ts',
  'tasker.config.mts',
  'tasker.config.js',
  'tasker.config.mjs',
])

export interface LoadOptions extends ResolveOptions {
  /** The configuration file, relative to `cwd`. Default: {@link configFileNames} in `cwd`, not in folders above. */
  readonly file?: string
}

/**
 * Finds, loads, fills in and checks the configuration of a project. No file at all is a valid configuration.
 *
 * What wins over what: defaults, the file, its overlay for the environment, environment variables, `overrides`.
 *
 * @throws ConfigurationFileNotFoundError, ConfigurationLoadError, ConfigurationInvalidError
 *
 * @example
 * const config = await loadConfig({ cwd: '/srv/shop', environment: 'production' })
 * config.values.execution.concurrentTasks // 200
 */
export async function loadConfig(options: LoadOptions = {}): Promise<ResolvedConfig> {
  const cwd = resolve(options.cwd ?? process.cwd())
  const file = await findConfigFile(cwd, options.file)
  if (file === undefined) return resolveSource({}, { ...options, cwd }, undefined)
  const { config } = await exportedConfig(file)
  return resolveSource(config, options, file)
}

async function findConfigFile(cwd: string, named: string | undefined): Promise<string | undefined> {
  if (named !== undefined) {
    const file = resolve(cwd, named)
    if (await exists(file)) return file
    throw new ConfigurationFileNotFoundError(file)
  }
  for (const name of configFileNames) if (await exists(join(cwd, name))) return join(cwd, name)
  return undefined
}

/** Wrapped, because what is exported may be a promise, which is for resolveSource to wait for. */
async function exportedConfig(file: string): Promise<{ readonly config: ConfigSource }> {
  const exported = await loadFile(file)
  if ('default' in exported) return { config: exported.default as ConfigSource }
  const names = Object.keys(exported)
  const found = names.length === 0 ? 'it exports nothing' : `it exports only ${names.join(', ')}`
  throw new ConfigurationLoadError({ file }, `it has no default export; ${found}`, {
    wayOut: `Write "export default defineConfig({ … })" in ${basename(file)}.`,
  })
}

async function loadFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await createModuleLoader(join(file, '..')).load(file)
  } catch (error) {
    if (error instanceof ModuleTimeoutError) throw new ConfigurationLoadError({ file }, error.reason, { cause: error })
    if (!(error instanceof ModuleLoadError)) throw error
    const { line, column, reason, cause } = error
    throw new ConfigurationLoadError({ file: error.file, line, column }, reason, { cause })
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
