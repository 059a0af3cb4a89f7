import type { BackoffStrategy } from '../events/event-vocabularies.js'

export interface BackoffPolicy {
  /** Delays after the first, second, … failure, in milliseconds. Beyond the list the last one doubles each time. */
  readonly delaysMs: readonly number[]
  readonly maxMs: number
  /** Share of the delay by which it may differ, up or down: 0.1 is ±10 %. */
  readonly jitter: number
}

export interface Backoff {
  readonly delayMs: number
  readonly strategy: BackoffStrategy
}

/** What a step says of its backoff. */
export interface StepBackoff {
  readonly backoffMs?: readonly number[]
  readonly maxBackoffMs?: number
  readonly backoffJitter?: number
}

/** The policy of one step: what it says itself, else what is said of the system that it calls, else what holds for all. */
export function backoffPolicyOf(
  general: BackoffPolicy,
  ofSystem: Partial<BackoffPolicy> | undefined,
  ofStep: StepBackoff | undefined,
): BackoffPolicy {
  return {
    delaysMs: ofStep?.backoffMs ?? ofSystem?.delaysMs ?? general.delaysMs,
    maxMs: ofStep?.maxBackoffMs ?? ofSystem?.maxMs ?? general.maxMs,
    jitter: ofStep?.backoffJitter ?? ofSystem?.jitter ?? general.jitter,
  }
}

/**
 * How long to wait after failure number `failure` (from 1): by list, then exponential, capped, jittered.
 * What the called system asked for wins, up to the cap, and is not jittered downwards: earlier would be refused again.
 *
 * @param chance a number from 0 up to 1
 */
export function computeBackoff(policy: BackoffPolicy, failure: number, chance: number, requestedMs?: number): Backoff {
  if (requestedMs !== undefined) {
    return { delayMs: Math.min(Math.max(0, Math.round(requestedMs)), policy.maxMs), strategy: 'server_requested' }
  }
  const { delaysMs, maxMs, jitter } = policy
  const isListed = failure <= delaysMs.length
  const last = delaysMs.at(-1) ?? 1000
  // 2 ** 1024 is Infinity, which the cap turns into maxMs: no attempt number is too large.
  const base = isListed ? delaysMs[failure - 1]! : last * 2 ** (failure - delaysMs.length)
  const capped = Math.min(base, maxMs)
  const delayMs = Math.min(Math.round(capped * (1 + jitter * (2 * chance - 1))), maxMs)
  return { delayMs, strategy: isListed ? 'list' : 'exponential' }
}
