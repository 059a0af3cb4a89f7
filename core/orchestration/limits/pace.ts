import type { DependentSystemSettings, PermitReply } from '../../contracts/limits.js'

/**
 * How much slower than configured a rate is kept. On their way calls bunch up and spread again, by the time that processes and the
 * network take: at the very rate, a server that counts strictly would refuse some, and each refusal costs a pause.
 */
const slowerBy = 1.05
/** How late a permit may be used, as a share of the time that the rate is about: most of what going slower leaves. */
const lateShare = 0.035
/** Timers and commits are late by milliseconds, whatever the rate. */
const leastLateMs = 10
/** Without a rate there is no time that it is about. */
const lateMs = 25

/**
 * How long before its time a step is admitted, in milliseconds: the commit of its attempt takes now this and now that, and the call begins
 * at its time all the same.
 */
export const admittedAheadMs = 50

/** Milliseconds from one call to the next. */
export function intervalOf({ limit, perMs }: NonNullable<DependentSystemSettings['rate']>): number {
  return (perMs / limit) * slowerBy
}

/** How long after its time a permit may still be used, in milliseconds. */
export function latestUseMs({ rate }: DependentSystemSettings, reply: PermitReply | undefined): number {
  if (rate !== undefined) return (rate.burst ?? 1) > 1 ? rate.perMs : Math.max(rate.perMs * lateShare, leastLateMs)
  return reply?.isPaced ? Math.max(lateMs, reply.intervalMs) : Number.POSITIVE_INFINITY
}
