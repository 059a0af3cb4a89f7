import { defineEntity, p } from '@mikro-orm/core'
import type { LogEvent } from '../../contracts/store.js'

/** `event_log`: one row for one task and one commit. Rows are added and never changed. */
export const LogEntryEntity = defineEntity({
  name: 'LogEntry',
  tableName: 'event_log',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    taskId: p.uuid().nullable(),
    entry: p.integer().nullable(),
    events: p.json<readonly LogEvent[]>(),
  },
  uniques: [{ name: 'event_log_entry', properties: ['taskId', 'entry'] }],
})
