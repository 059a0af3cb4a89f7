import 'reflect-metadata'
import type { TaskerConfigInput } from '../config/config-schema.js'
import type { ConfigSource } from '../config/define-config.js'
import { loadConfig } from '../config/load-config.js'
import { resolveConfig } from '../config/resolve-config.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Clock } from '../contracts/clock.js'
import type { IdSource, RandomSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { Queue } from '../contracts/queue.js'
import { bootTasker } from './boot-tasker.js'
import type { Tasker } from './tasker.js'

/** What a program may decide about an instance besides its configuration. */
export interface CreateTaskerOptions {
  /** Where `tasker.config.ts` is looked for, and what relative paths start from. Default: the current folder. */
  readonly cwd?: string
  /** The configuration file, if it is another than `tasker.config.ts`. */
  readonly configFile?: string
  /** Default: TASKER_ENV, NODE_ENV, `development`. */
  readonly environment?: string
  /** Settings that win over all others. */
  readonly overrides?: TaskerConfigInput
  /** Where another process holds the embedded folder, connects to that process instead of being refused. Default false. */
  readonly attach?: boolean
  /** What a refusal of something that the project itself names does: ends the boot (default), or is only listed. */
  readonly onRefusal?: 'throw' | 'collect'
  /** Leaves the tables as they are. Default false. */
  readonly skipMigrations?: boolean
  /** Default: pino, as the configuration says. */
  readonly logger?: Logger
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly random?: RandomSource
  /** Default: timers of this process. */
  readonly queue?: Queue
}

/**
 * Makes an instance of Tasker: reads the configuration, opens the database, finds and registers everything, sets the plugins
 * up. It can create and read tasks at once; it runs them after `start()`. Stop it with `stop()`, or `await using`.
 *
 * Without a configuration it finds `tasker.config.ts` in the current folder; no file at all is a valid configuration.
 *
 * @throws ConfigurationInvalidError, ConfigurationLoadError, DiscoveryError, EmbeddedDatabaseInUseError, PluginFailedError
 * @example
 * await using tasker = await createTasker({ handlers: [processOrder] })
 * await tasker.start()
 */
export async function createTasker(config?: ConfigSource, options: CreateTaskerOptions = {}): Promise<Tasker> {
  return bootTasker(await resolve(config, options), options)
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
