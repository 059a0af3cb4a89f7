import 'reflect-metadata'
import type { ConfigSource } from '../config/define-config.js'
import { loadConfig } from '../config/load-config.js'
import { resolveConfig } from '../config/resolve-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { assertNodeVersion } from './node-version.js'
import type { Tasker } from './tasker.js'
import type { CreateTaskerOptions } from './tasker-options.js'

/**
 * Makes an instance of Tasker: reads the configuration, opens the database, finds and registers everything, sets the plugins
 * up. It can create and read tasks at once; it runs them after `start()`. Stop it with `stop()`, or `await using`.
 *
 * Without a configuration it finds `tasker.config.ts` in the current folder; no file at all is a valid configuration.
 *
 * @throws NodeTooOldError, ConfigurationInvalidError, ConfigurationLoadError, DiscoveryError, EmbeddedDatabaseInUseError, PluginFailedError
 * @example
 * await using tasker = await createTasker({ handlers: [processOrder] })
 * await tasker.start()
 */
export async function createTasker(config?: ConfigSource, options: CreateTaskerOptions = {}): Promise<Tasker> {
  assertNodeVersion()
  const resolved = await resolve(config, options)
  // Loaded here, so that a handler or a configuration that imports the door of the package does not wait for the engine.
  const { bootTasker } = await import('./boot-tasker.js')
  return bootTasker(resolved, options)
}

function resolve(config: ConfigSource | undefined, options: CreateTaskerOptions): Promise<ResolvedConfig> {
  const { cwd, configFile, environment, overrides } = options
  const shared = {
    ...(cwd === undefined ? {} : { cwd }),
    ...(environment === undefined ? {} : { environment }),
    ...(overrides === undefined ? {} : { overrides }),
  }
  if (config !== undefined) return resolveConfig(config, shared)
  return loadConfig({ ...shared, ...(configFile === undefined ? {} : { file: configFile }) })
}
