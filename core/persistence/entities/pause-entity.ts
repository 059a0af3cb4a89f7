import { defineEntity, p } from '@mikro-orm/core'
import type { PauseRecord } from '../../contracts/pauses.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `pauses`: the namespaces and task types of which no step begins now. */
export const PauseEntity = defineEntity({
  name: 'Pause',
  tableName: 'pauses',
  properties: {
    key: p.text().primary(),
    namespace: p.text(),
    name: p.text().nullable(),
    version: p.text().nullable(),
    reason: p.text(),
    actor: p.json<PauseRecord['actor']>(),
    pausedAt: p.type(IsoTimestamp),
  },
})
