import type { ConfigValues } from './config-schema.js'
import type { ConfigMode } from './define-config.js'

/** A configuration with all its defaults, ready to be used; frozen at every depth but for values of code. */
export interface ResolvedConfig {
  readonly values: ConfigValues
  /** The configuration file; absent where there is none. */
  readonly file?: string
  /** What relative paths of the configuration start from. */
  readonly directory: string
  readonly environment: string
  readonly mode: ConfigMode
  /** Where each setting that is not a default comes from: `execution.concurrentTasks` → `tasker.config.ts`. */
  readonly sources: Readonly<Record<string, string>>
}
