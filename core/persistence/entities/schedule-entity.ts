import { defineEntity, p } from '@mikro-orm/core'
import type { ScheduleDefinition, ScheduleProgress } from '../../contracts/schedule-store.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `schedules`: what creates tasks at its times. */
export const ScheduleEntity = defineEntity({
  name: 'Schedule',
  tableName: 'schedules',
  properties: {
    name: p.text().primary(),
    id: p.uuid(),
    revision: p.integer(),
    definition: p.json<ScheduleDefinition>(),
    progress: p.json<ScheduleProgress>(),
    nextAt: p.type(IsoTimestamp).nullable(),
    /** Whether a time of it waits for a task to end: then it is looked at besides its times. */
    isWaiting: p.boolean(),
    pausedAt: p.type(IsoTimestamp).nullable(),
    /** The worker that is creating a task of it. */
    holder: p.text().nullable(),
    createdAt: p.type(IsoTimestamp),
    updatedAt: p.type(IsoTimestamp),
  },
  indexes: [{ name: 'schedules_next', properties: ['nextAt'], where: 'paused_at is null' }],
})
