// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

/** The payloads of the events of the family registry, by name. */
export interface RegistryPayloads {
  /** A task handler joined. On the bus only. */
  'registry.handler_registered': RegistryHandlerRegisteredPayload
  /** A plugin joined. On the bus only. */
  'registry.plugin_registered': RegistryPluginRegisteredPayload
  /** A subscriber joined. On the bus only. */
  'registry.subscriber_registered': RegistrySubscriberRegisteredPayload
  /** Something was refused at registration. On the bus only. */
  'registry.validation_failed': RegistryValidationFailedPayload
  /** `replace: true` replaced an entry. On the bus only. */
  'registry.conflict_resolved': RegistryConflictResolvedPayload
}

/** The payload of `registry.handler_registered`. */
export type RegistryHandlerRegisteredPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Where it came from: a file, a package, the configuration. */
  origin: string
}

/** The payload of `registry.plugin_registered`. */
export type RegistryPluginRegisteredPayload = {
  /** Name of the plugin. */
  plugin: string
  /** Version of the definition. */
  version: string
  /** Where it came from: a file, a package, the configuration. */
  origin: string
}

/** The payload of `registry.subscriber_registered`. */
export type RegistrySubscriberRegisteredPayload = {
  /** Name of the subscriber. */
  subscriber: string
  /** The names and patterns that it listens to. */
  events: string[]
  /** Whether it reads the event log through a cursor of its own. */
  durable: boolean
  /** Where it came from: a file, a package, the configuration. */
  origin: string
}

/** The payload of `registry.validation_failed`. */
export type RegistryValidationFailedPayload = {
  /** What kind of thing it is. */
  kind: 'handler' | 'subscriber' | 'exporter' | 'plugin'
  /** What was refused or replaced, by name. */
  subject: string
  /** Where it came from: a file, a package, the configuration. */
  origin: string
  /** What is wrong, one text for each problem. */
  problems: string[]
}

/** The payload of `registry.conflict_resolved`. */
export type RegistryConflictResolvedPayload = {
  /** What kind of thing it is. */
  kind: 'handler' | 'subscriber' | 'exporter' | 'plugin'
  /** What was refused or replaced, by name. */
  subject: string
  /** Where the entry came from that was replaced. */
  replacedOrigin: string
  /** Where it came from: a file, a package, the configuration. */
  origin: string
}
