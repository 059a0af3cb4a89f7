import type { EventPayload } from '../events/event-catalogue.js'
import type { ExportEventName } from '../events/export-events.js'
import type { RegistryEventName } from '../events/registry-events.js'

/** The events that registries publish. */
export type RegistryAnnouncement =
  | RegistryEventName
  | Extract<ExportEventName, 'export.plugin_registered' | 'export.plugin_unregistered'>

/**
 * Where registries tell what joined, left, was replaced and was refused. A port, because the event bus is another room:
 * the kernel connects the two.
 */
export interface RegistryAnnouncer {
  announce<N extends RegistryAnnouncement>(name: N, payload: EventPayload<N>): void
}
