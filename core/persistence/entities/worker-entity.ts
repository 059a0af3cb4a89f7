import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `workers`: who may own tasks, and when each was last heard of, by the clock of the database. */
export const WorkerEntity = defineEntity({
  name: 'Worker',
  tableName: 'workers',
  properties: {
    id: p.text().primary(),
    host: p.text(),
    processId: p.integer(),
    leaseMs: p.double(),
    kinds: p.array(),
    namespaces: p.array().nullable(),
    startedAt: p.type(IsoTimestamp),
    heartbeatAt: p.type(IsoTimestamp),
  },
})
