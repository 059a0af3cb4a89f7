import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import { count, errorDescription, exactly, milliseconds, nameText, uuid } from './payload-parts.js'

export type ExportEventName =
  | 'export.requested'
  | 'export.completed'
  | 'export.failed'
  | 'export.cache_synced'
  | 'export.plugin_registered'
  | 'export.plugin_unregistered'

const run = { exportId: uuid, source: nameText, format: nameText }
const formats = Type.Array(nameText)

/** The events of exports, and of the exporters that join and leave. None is durable. */
export const exportEvents = eventFamily<ExportEventName>()({
  'export.requested': {
    description: 'an export was accepted',
    firedBy: 'exports: coordinator',
    durable: false,
    payload: exactly({ ...run, options: Type.Unknown() }),
  },
  'export.completed': {
    description: 'an export ended well',
    firedBy: 'exports: coordinator',
    durable: false,
    payload: exactly({ ...run, records: count, bytes: count, durationMs: milliseconds }),
  },
  'export.failed': {
    description: 'an export ended badly; partial output is removed or marked',
    firedBy: 'exports: coordinator',
    durable: false,
    payload: exactly({ ...run, error: errorDescription, records: count }),
  },
  'export.cache_synced': {
    description: 'a metrics snapshot was written where other workers and exports read it',
    firedBy: 'metrics: snapshot',
    durable: false,
    payload: exactly({ metricsCount: count, durationMs: milliseconds }),
  },
  'export.plugin_registered': {
    description: 'an exporter joined the registry',
    firedBy: 'registry: exporters',
    durable: false,
    payload: exactly({ exporter: nameText, formats, origin: Type.String() }),
  },
  'export.plugin_unregistered': {
    description: 'an exporter left the registry',
    firedBy: 'registry: exporters',
    durable: false,
    payload: exactly({ exporter: nameText, formats }),
  },
})
