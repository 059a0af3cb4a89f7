import { defineEntity, p } from '@mikro-orm/core'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `dependent_system_pace`: when the next call of a system may begin. Times are milliseconds since 1970 by the Clock of the workers. */
export const DependentSystemPaceEntity = defineEntity({
  name: 'DependentSystemPace',
  tableName: 'dependent_system_pace',
  properties: {
    system: p.text().primary(),
    nextAt: p.double().default(0),
    turnAt: p.double().default(0),
    blockedAt: p.double().nullable(),
    blockedUntil: p.double().nullable(),
    pacePerS: p.double().nullable(),
    paceGrowth: p.double().nullable(),
  },
})

/** `dependent_system_use`: what a worker has of a system and waits for. */
export const DependentSystemUseEntity = defineEntity({
  name: 'DependentSystemUse',
  tableName: 'dependent_system_use',
  properties: {
    system: p.text().primary(),
    workerId: p.text().primary(),
    held: p.integer(),
    wanted: p.integer(),
    servedAt: p.double(),
    toldAt: p.type(IsoTimestamp),
  },
})
