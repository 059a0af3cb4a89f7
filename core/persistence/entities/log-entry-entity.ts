import { defineEntity, p } from '@mikro-orm/core'
import type { LogEvent } from '../../contracts/store.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/**
 * `event_log`: one row for one task and one commit. Rows are added and never changed; retention takes them away, or moves them to
 * a younger partition by their `logged_at`, which is of the database's clock and for housekeeping alone.
 */
export const LogEntryEntity = defineEntity({
  name: 'LogEntry',
  tableName: 'event_log',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    taskId: p.uuid().nullable(),
    entry: p.integer().nullable(),
    events: p.json<readonly LogEvent[]>(),
    loggedAt: p.type(IsoTimestamp).defaultRaw('now()'),
  },
})
