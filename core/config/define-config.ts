import type { TaskerConfigInput } from './config-input.js'

/** What decides how far Tasker checks itself; an environment of another name is as production. */
export type ConfigMode = 'production' | 'development' | 'test'

/** What a configuration that is a function receives. */
export interface ConfigContext {
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** TASKER_ENV, else NODE_ENV, else `development`. */
  readonly environment: string
  readonly mode: ConfigMode
}

/** A configuration that depends on where it runs. */
export type ConfigFunction = (context: ConfigContext) => TaskerConfigInput | Promise<TaskerConfigInput>

/** Every form in which a configuration may be given. */
export type ConfigSource = TaskerConfigInput | ConfigFunction | Promise<TaskerConfigInput | ConfigFunction>

/**
 * Types a configuration; returns what it is given. It is checked when it is loaded.
 *
 * @param config an object, a function `({ env, environment, mode }) => object`, or a promise of either
 *
 * @example
 * export default defineConfig({
 *   database: { url: process.env.DATABASE_URL },
 *   handlers: ['./handlers'],
 *   environments: { production: { logging: { level: 'warn' } } },
 * })
 */
export function defineConfig(config: TaskerConfigInput): TaskerConfigInput
export function defineConfig(config: ConfigFunction): ConfigFunction
export function defineConfig(config: Promise<TaskerConfigInput | ConfigFunction>): typeof config
export function defineConfig(config: ConfigSource): ConfigSource {
  return config
}
