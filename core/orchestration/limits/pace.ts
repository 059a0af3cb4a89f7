import type { DependentSystemSettings, PermitReply } from '../../contracts/limits.js'
import type { StartRule } from './begun-calls.js'

/**
 * How much slower than configured a rate is kept. On their way calls bunch up and spread again, by the time that processes and the
 * network take: at the very rate, a server that counts strictly would refuse some, and each refusal costs a pause.
 */
const slowerBy = 1.02
/** A worker counts what it begins in a time that is longer than that of the rate, for what happens on the way. */
const windowLongerBy = 1.02
/** Calls that are late begin at this share of the usual interval, as long as there are not too many of them. */
const catchingUp = 0.5
/** Timers are not finer than so many milliseconds. */
const finestMs = 1
/** Rates beyond are not counted call by call. */
const mostCounted = 10_000
/** A permit that could not be used for so long says nothing any more, in milliseconds. */
const staleMs = 1_000
/**
 * Of a slow rate a late permit is dropped for a new one, as a share of the time that the rate is about: used late, its call would come too
 * close to the next. Of a fast rate many would be late at once, and their time be lost.
 */
const lateShare = 0.06
const slowIntervalMs = 40
const leastLateMs = 10

/**
 * How long before its time a step is admitted, in milliseconds: the commit of its attempt takes now this and now that, and the call begins
 * at its time all the same.
 */
export const admittedAheadMs = 100

/** Milliseconds from one call to the next. */
export function intervalOf({ limit, perMs }: NonNullable<DependentSystemSettings['rate']>): number {
  return (perMs / limit) * slowerBy
}

/** How long after its time a permit may still be used, in milliseconds. */
export function latestUseMs({ rate }: DependentSystemSettings, reply: PermitReply | undefined): number {
  if (rate !== undefined) {
    const isSlow = rate.perMs / rate.limit >= slowIntervalMs && (rate.burst ?? 1) === 1
    return isSlow ? Math.max(rate.perMs * lateShare, leastLateMs) : Math.max(rate.perMs, staleMs)
  }
  return reply?.isPaced ? staleMs : Number.POSITIVE_INFINITY
}

/**
 * How close to each other calls may begin in one worker. A worker may use up a whole rate: permits go to whoever asks, now more to one
 * and now more to another, and one that kept to a share of its own would let some of its permits grow too late.
 */
export function startRuleOf({ rate }: DependentSystemSettings, reply: PermitReply | undefined): StartRule {
  const gapOf = (intervalMs: number) => (intervalMs * catchingUp < finestMs ? 0 : intervalMs * catchingUp)
  if (rate === undefined || rate.limit > mostCounted)
    return { most: Number.POSITIVE_INFINITY, windowMs: 0, gapMs: reply?.isPaced ? gapOf(reply.intervalMs) : 0 }
  const { limit, perMs, burst = 1 } = rate
  return {
    most: limit + burst - 1,
    windowMs: perMs * windowLongerBy,
    gapMs: burst > 1 ? 0 : gapOf(perMs / limit),
  }
}
