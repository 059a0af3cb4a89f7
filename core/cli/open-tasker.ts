import 'reflect-metadata'
import type { TaskerSettingsInput } from '../config/config-schema.js'
import { loadConfig } from '../config/load-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Tasker } from '../kernel/tasker.js'
import type { GlobalOptions } from './global-options.js'

export interface OpenOptions {
  /** Whether the command is itself a worker, which refuses to be a guest of another. Default false. */
  readonly isWorker?: boolean
  /** The level of the log where nobody says another. Default `warn`. */
  readonly logLevel?: 'info' | 'warn'
}

/**
 * Opens Tasker as the command line uses it: with the configuration that is found or named, as a guest where another process
 * holds the embedded database, and with a log that does not get into the output.
 */
export async function openTasker(globals: GlobalOptions, options: OpenOptions = {}): Promise<Tasker> {
  const config = await loadProjectConfig(globals)
  // What a user imports from the door is what runs here; and no command that only shows help waits for it.
  const { createTasker } = await import('../kernel/create-tasker.js')
  return createTasker(undefined, {
    ...configFile(globals),
    ...environment(globals),
    attach: options.isWorker !== true,
    overrides: logOverrides(config, globals, options),
  })
}

/** The configuration of the project, as the command line was told to find it. */
export function loadProjectConfig(globals: GlobalOptions): Promise<ResolvedConfig> {
  return loadConfig({ ...(globals.config === undefined ? {} : { file: globals.config }), ...environment(globals) })
}

function configFile({ config }: GlobalOptions): { readonly configFile?: string } {
  return config === undefined ? {} : { configFile: config }
}

function environment({ env }: GlobalOptions): { readonly environment?: string } {
  return env === undefined ? {} : { environment: env }
}

/** The output belongs to the command's answer, so a log that is configured to go there goes to standard error. */
function logOverrides({ values, sources }: ResolvedConfig, globals: GlobalOptions, options: OpenOptions) {
  const isConfigured = 'logging.level' in sources
  const level = globals.verbose ? 'debug' : isConfigured ? values.logging.level : (options.logLevel ?? 'warn')
  const isToOutput = values.logging.destination === 'stdout' && options.isWorker !== true
  const logging = { level, ...(isToOutput ? { destination: 'stderr' } : {}) }
  return { logging } satisfies TaskerSettingsInput
}
