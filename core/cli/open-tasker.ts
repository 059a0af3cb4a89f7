import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskerSettingsInput } from '../config/config-schema.js'
import { loadConfig } from '../config/load-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { Tasker } from '../kernel/tasker.js'
import type { GlobalOptions } from './global-options.js'

export interface OpenOptions {
  /**
   * What for:
   * - `work`: as a worker, which refuses to be a guest of another.
   * - `create`: to create tasks; what the project names must load.
   * - `operate` (default): to look at tasks and to command them, also where a handler of the project does not load.
   * - `look`: to look at what is registered, refusals included; no stored state, so that nobody waits for the database.
   */
  readonly purpose?: 'work' | 'create' | 'operate' | 'look'
  /** The level of the log where nobody says another. Default `warn`. */
  readonly logLevel?: 'info' | 'warn'
  /** Leaves the tables as they are. */
  readonly skipMigrations?: boolean
}

/** How long a command waits for another one that has the embedded database open for a moment, in milliseconds. */
const patienceMs = 15_000
const lookIntervalMs = 150

/**
 * Opens Tasker as the command line uses it: with the configuration that is found or named, as a guest where another process
 * holds the embedded database, and with a log that does not get into the output.
 */
export async function openTasker(globals: GlobalOptions, options: OpenOptions = {}): Promise<Tasker> {
  const { purpose = 'operate', skipMigrations = purpose === 'look' } = options
  const config = await loadProjectConfig(globals)
  // Loaded here, so that what needs no Tasker, such as --help, does not wait for it.
  const { createTasker } = await import('../kernel/create-tasker.js')
  const create = () =>
    createTasker(undefined, {
      ...(globals.config === undefined ? {} : { configFile: globals.config }),
      ...environment(globals),
      attach: purpose !== 'work',
      onRefusal: purpose === 'operate' || purpose === 'look' ? 'collect' : 'throw',
      skipMigrations,
      overrides: { ...logOverrides(config, globals, options), ...(purpose === 'look' ? withoutFolder(config) : {}) },
    })
  return purpose === 'work' ? create() : patiently(create)
}

/** A holder that is just opening the folder, or just leaving it, cannot take guests yet, or no more. */
async function patiently(create: () => Promise<Tasker>): Promise<Tasker> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await create()
    } catch (error) {
      const isTaken = isTaskerError(error) && error.code === 'EMBEDDED_DATABASE_IN_USE'
      if (!isTaken || performance.now() > deadline) throw error
      await sleep(lookIntervalMs)
    }
  }
}

/** The configuration of the project, as the command line was told to find it. */
export function loadProjectConfig(globals: GlobalOptions): Promise<ResolvedConfig> {
  return loadConfig({ ...(globals.config === undefined ? {} : { file: globals.config }), ...environment(globals) })
}

function environment({ env }: GlobalOptions): { readonly environment?: string } {
  return env === undefined ? {} : { environment: env }
}

/** The output belongs to the command's answer, so a log that is configured to go there goes to standard error. */
function logOverrides({ values, sources }: ResolvedConfig, { verbose }: GlobalOptions, options: OpenOptions) {
  const { purpose, logLevel = 'warn' } = options
  const isConfigured = 'logging.level' in sources
  // Whoever only looks is shown the refusals; the log would say them again.
  const quiet = purpose === 'look' ? 'silent' : isConfigured ? values.logging.level : logLevel
  const isToOutput = values.logging.destination === 'stdout' && purpose !== 'work'
  const logging = { level: verbose ? 'debug' : quiet, ...(isToOutput ? { destination: 'stderr' } : {}) }
  return { logging } satisfies TaskerSettingsInput
}

/** An embedded database that is not looked at need not be opened, and then nobody else is kept from it. */
function withoutFolder({ values }: ResolvedConfig): TaskerSettingsInput {
  return values.database.url === undefined ? { database: { path: ':memory:' } } : {}
}
