import type { TaskerConfigInput } from '../config/config-input.js'
import type { Clock } from '../contracts/clock.js'
import type { IdSource, RandomSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { Queue } from '../contracts/queue.js'

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
  /**
   * Opens no database: for looking at what is found and registered, at no cost and without disturbing anybody. What needs stored
   * state then throws DatabaseNotOpenedError. Default false.
   */
  readonly withoutDatabase?: boolean
  /** Default: pino, as the configuration says. */
  readonly logger?: Logger
  readonly clock?: Clock
  readonly ids?: IdSource
  readonly random?: RandomSource
  /** Default: what a plugin provides, else timers of this process. */
  readonly queue?: Queue
}
