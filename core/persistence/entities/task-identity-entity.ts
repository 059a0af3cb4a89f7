import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `task_identities`: the task that a request of this identity gets. */
export const TaskIdentityEntity = defineEntity({
  name: 'TaskIdentity',
  tableName: 'task_identities',
  properties: {
    hash: p.text().primary(),
    taskId: p.uuid(),
    /** By the Clock, as `expiresAt`: when the task was created. */
    createdAt: p.type(IsoTimestamp),
    /** From then on the same request gives a new task; null: not as long as the task is kept. */
    expiresAt: p.type(IsoTimestamp).nullable(),
  },
})
