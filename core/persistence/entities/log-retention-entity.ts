import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `log_retention`: one row; who takes away what is old, and what has been taken of the log. */
export const LogRetentionEntity = defineEntity({
  name: 'LogRetention',
  tableName: 'log_retention',
  properties: {
    id: p.integer().primary().autoincrement(false),
    holder: p.text().nullable(),
    leaseMs: p.double(),
    /** By the clock of the database. */
    heldAt: p.type(IsoTimestamp).nullable(),
    /** The highest id of an entry that was taken, 0 before the first. */
    lostId: p.bigint('string'),
    lostEntries: p.bigint('string'),
  },
})
