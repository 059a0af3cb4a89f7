import { type Static, type TSchema, Type } from 'typebox'
import type { ExporterDefinition } from '../contracts/exporter.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import type { DefinedSubscriber, SubscriberClass } from '../contracts/subscriber.js'
import type { DefinedTask } from '../contracts/task-definition.js'
import { partialSchema } from './partial-schema.js'
import { database } from './settings/database-settings.js'
import { dependentSystems } from './settings/dependent-system-settings.js'
import { discovery } from './settings/discovery-settings.js'
import { customEvents, events } from './settings/event-settings.js'
import { backoff, definitions, execution, identity } from './settings/execution-settings.js'
import { exportSettings } from './settings/export-settings.js'
import { boot, health, hooks, log, retention, worker } from './settings/operation-settings.js'
import { filter, logging, metrics } from './settings/output-settings.js'
import { schedules } from './settings/schedule-settings.js'
import { closed } from './settings/setting-kinds.js'
import { subscriptions } from './settings/subscription-settings.js'

export type { CustomEventEntry } from './settings/event-settings.js'
export type { DeclaredSchedule } from './settings/schedule-settings.js'

/** A plugin in the configuration: a folder, file, package or value, or one of these with options. */
export type PluginEntry =
  | string
  | PluginDefinition
  | { readonly use: string | PluginDefinition; readonly options?: Readonly<Record<string, unknown>> }

/** A list whose entries are texts or values of code; the keyword `entry` is checked by validate-config. */
const entries = <T>(entry: 'value' | 'plugin', description: string) =>
  Type.Unsafe<T[]>({ type: 'array', items: { entry }, default: [], description })

/** Every setting: the single source of its type, default, check and documentation. */
export const settingsSchema = Type.Object(
  {
    database,
    handlers: entries<string | DefinedTask>(
      'value',
      'Task handlers: folders, files, packages or values of defineTask.',
    ),
    subscribers: entries<string | DefinedSubscriber | SubscriberClass>(
      'value',
      'Subscribers: folders, files, packages, values of defineSubscriber or classes with @subscriber.',
    ),
    exporters: entries<string | ExporterDefinition>(
      'value',
      'Exporters: folders, files, packages or values of defineExporter.',
    ),
    plugins: entries<PluginEntry>(
      'plugin',
      'Plugins: folders, files, packages or values of definePlugin; with options as { use, options }.',
    ),
    discovery,
    execution,
    backoff,
    definitions,
    identity,
    dependentSystems,
    events,
    customEvents,
    schedules,
    subscriptions,
    exports: exportSettings,
    logging,
    filter,
    metrics,
    log,
    retention,
    boot,
    hooks,
    health,
    worker,
  },
  { ...closed, description: 'The configuration of Tasker.' },
)

export type Settings = Static<typeof settingsSchema>

/** Given by the user: everything may be absent. Lists are replaced as a whole, so their entries stay as they are. */
export type Given<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]?: Given<T[K]> }
    : T

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** All settings, defaults filled in, frozen. */
export type ConfigValues = Frozen<Settings>

/** JSON Schema of a part of a configuration, such as an overlay: {@link settingsSchema} with everything optional. */
export const overlaySchema: TSchema = partialSchema(settingsSchema)

/** JSON Schema of what a configuration file may export. */
export const configInputSchema: TSchema = {
  ...overlaySchema,
  properties: {
    ...(overlaySchema as unknown as { properties: Record<string, TSchema> }).properties,
    environments: {
      type: 'object',
      additionalProperties: overlaySchema,
      description: 'Settings by environment, laid over the others where TASKER_ENV (else NODE_ENV) has that name.',
    },
  },
}
