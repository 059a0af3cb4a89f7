import { errorText, type Messages, task, took } from './message-parts.js'

export const exportMessages: Messages<'export'> = {
  'export.requested': ({ source, format }) => `export of ${source} as ${format} accepted`,
  'export.completed': ({ source, format, records, bytes, durationMs }) =>
    `export of ${source} as ${format} complete in ${took(durationMs)}: ${records} records, ${bytes} bytes`,
  'export.failed': ({ source, format, records, error }) =>
    `export of ${source} as ${format} failed after ${records} records: ${errorText(error)}`,
  'export.cache_synced': ({ metricsCount, durationMs }) => `${metricsCount} metrics written in ${took(durationMs)}`,
  'export.plugin_registered': ({ exporter, formats, origin }) =>
    `exporter ${exporter} for ${formats.join(', ')} registered, from ${origin}`,
  'export.plugin_unregistered': ({ exporter, formats }) =>
    `exporter ${exporter} for ${formats.join(', ')} unregistered`,
}

export const registryMessages: Messages<'registry'> = {
  'registry.handler_registered': (payload) => `${task(payload)} registered, from ${payload.origin}`,
  'registry.plugin_registered': ({ plugin, version, origin }) =>
    `plugin ${plugin}@${version} registered, from ${origin}`,
  'registry.subscriber_registered': ({ subscriber, durable, origin }) =>
    `${durable ? 'durable subscriber' : 'subscriber'} ${subscriber} registered, from ${origin}`,
  'registry.validation_failed': ({ kind, subject, origin, problems }) =>
    `${kind} ${subject} from ${origin} refused: ${problems.join('; ')}`,
  'registry.conflict_resolved': ({ kind, subject, replacedOrigin, origin }) =>
    `${kind} ${subject} from ${replacedOrigin} replaced by the one from ${origin}`,
}
