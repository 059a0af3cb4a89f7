// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { ErrorDescription } from './shared-payloads.js'

/** The payloads of the events of the family export, by name. */
export interface ExportPayloads {
  /** An export was accepted. On the bus only. */
  'export.requested': ExportRequestedPayload
  /** An export ended well. On the bus only. */
  'export.completed': ExportCompletedPayload
  /** An export ended badly; partial output is removed or marked. On the bus only. */
  'export.failed': ExportFailedPayload
  /** A metrics snapshot was written where other workers and exports read it. On the bus only. */
  'export.cache_synced': ExportCacheSyncedPayload
  /** An exporter joined the registry. On the bus only. */
  'export.plugin_registered': ExportPluginRegisteredPayload
  /** An exporter left the registry. On the bus only. */
  'export.plugin_unregistered': ExportPluginUnregisteredPayload
}

/** The payload of `export.requested`. */
export type ExportRequestedPayload = {
  /** The export. */
  exportId: string
  /** What is exported: tasks, steps, events or metrics. */
  source: string
  /** The format that was asked for. */
  format: string
  /** The options of the export. */
  options: unknown
}

/** The payload of `export.completed`. */
export type ExportCompletedPayload = {
  /** The export. */
  exportId: string
  /** What is exported: tasks, steps, events or metrics. */
  source: string
  /** The format that was asked for. */
  format: string
  /** How many records were written. */
  records: number
  /** How many bytes were written. */
  bytes: number
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `export.failed`. */
export type ExportFailedPayload = {
  /** The export. */
  exportId: string
  /** What is exported: tasks, steps, events or metrics. */
  source: string
  /** The format that was asked for. */
  format: string
  /** What went wrong. */
  error: ErrorDescription
  /** How many records were written. */
  records: number
}

/** The payload of `export.cache_synced`. */
export type ExportCacheSyncedPayload = {
  /** How many series the snapshot holds. */
  metricsCount: number
  /** How long it took, in milliseconds. */
  durationMs: number
}

/** The payload of `export.plugin_registered`. */
export type ExportPluginRegisteredPayload = {
  /** Name of the exporter. */
  exporter: string
  /** The formats that it writes. */
  formats: string[]
  /** Where it came from: a file, a package, the configuration. */
  origin: string
}

/** The payload of `export.plugin_unregistered`. */
export type ExportPluginUnregisteredPayload = {
  /** Name of the exporter. */
  exporter: string
  /** The formats that it writes. */
  formats: string[]
}
