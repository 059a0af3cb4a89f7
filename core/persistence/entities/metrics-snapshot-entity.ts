import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `metrics_snapshots`: the latest snapshot of each worker. */
export const MetricsSnapshotEntity = defineEntity({
  name: 'MetricsSnapshot',
  tableName: 'metrics_snapshots',
  properties: {
    workerId: p.text().primary(),
    takenAt: p.type(IsoTimestamp),
    metrics: p.json<unknown>(),
  },
})
