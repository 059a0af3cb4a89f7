import type { EventPayloads } from '../event-catalogue.js'
import type { ExportEventName } from '../export-events.js'
import { ids } from './example-parts.js'

const run = { exportId: ids.export, source: 'steps', format: 'csv' } as const

export const exportExamples: Pick<EventPayloads, ExportEventName> = {
  'export.requested': { ...run, options: { delimiter: ';' } },
  'export.completed': { ...run, records: 1200, bytes: 98_304, durationMs: 310 },
  'export.failed': {
    ...run,
    error: {
      name: 'Error',
      message: "ENOSPC: no space left on device, write 'steps.csv'",
      code: 'ENOSPC',
      category: 'other',
      retryable: false,
    },
    records: 800,
  },
  'export.cache_synced': { metricsCount: 42, durationMs: 6 },
  'export.plugin_registered': { exporter: 'yaml', formats: ['yaml', 'yml'], origin: 'package tasker-exporter-yaml' },
  'export.plugin_unregistered': { exporter: 'yaml', formats: ['yaml', 'yml'] },
}
