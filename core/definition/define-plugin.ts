import { type DefinedPlugin, PLUGIN_BRAND, type PluginContext, type PluginHead } from '../contracts/plugin.js'
import type { JsonSchema } from '../contracts/task-definition.js'
import { InvalidExtensionError } from '../errors/definition-errors.js'
import type { OptionsOf } from './define-exporter.js'
import type { TypeBoxSchema } from './schema-source.js'

/** A plugin as it is written: its `options` are typed by their schema. */
export interface PluginOptions<Schema extends TypeBoxSchema | JsonSchema, Api> extends PluginHead {
  /** TypeBox type or JSON Schema of its options; those that are absent are filled in from its defaults. */
  readonly options?: Schema
  /**
   * Adds what the plugin brings: handlers, subscribers, exporters, hooks, health checks. It runs once, after the plugins named in
   * `dependsOn`; what it returns is what others get from `plugins.require(name)`.
   */
  setup?(context: PluginContext, options: OptionsOf<Schema>): Api
}

/** A plugin that knows what its `setup` gives. */
export interface TypedPlugin<Api> extends DefinedPlugin {
  /** Only a type: what others get from `plugins.require(name)`. */
  readonly '~api'?: Awaited<Api>
}

/** What others get from `plugins.require` of a plugin. */
export type PluginApiOf<P> = P extends { readonly '~api'?: infer Api } ? Exclude<Api, undefined> : unknown

/**
 * Makes a plugin: a capability that joins Tasker. It is plain data; nothing runs before `setup`.
 *
 * @throws InvalidExtensionError
 * @example
 * export const mailPlugin = definePlugin({
 *   name: 'mail', version: '1.0.0', options: Type.Object({ from: Type.String() }),
 *   setup({ events, log }, options) {
 *     return { send: async (to: string) => log.info({ to, from: options.from }, 'sent') }
 *   },
 * })
 * declare module 'tasker' { interface PluginApis { mail: PluginApiOf<typeof mailPlugin> } }
 */
export function definePlugin<Schema extends TypeBoxSchema | JsonSchema = never, Api = void>(
  plugin: PluginOptions<Schema, Api>,
): TypedPlugin<Api> {
  const { name, version, dependsOn } = plugin
  for (const [field, value] of Object.entries({ name, version })) {
    if (typeof value === 'string' && value.trim() !== '') continue
    throw new InvalidExtensionError('plugin', name, {
      problem: `it has no ${field}`,
      expected: `a ${field} that is not empty`,
    })
  }
  for (const phase of ['setup', 'start', 'stop'] as const) {
    if (plugin[phase] === undefined || typeof plugin[phase] === 'function') continue
    throw new InvalidExtensionError('plugin', name, {
      problem: `its ${phase} cannot be called`,
      expected: `a method ${phase}()`,
      received: plugin[phase],
    })
  }
  const defined = { ...plugin, dependsOn: dependsOn && Object.freeze([...dependsOn]), [PLUGIN_BRAND]: true }
  return Object.freeze(defined) as unknown as TypedPlugin<Api>
}
