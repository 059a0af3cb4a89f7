import type { SubscriberDefinition } from '../../contracts/subscriber.js'
import type { BackoffPolicy } from '../../workflow/backoff.js'

/** What the configuration says about durable subscribers. Durations are in milliseconds. */
export interface SubscriptionDefaults {
  readonly shards: number
  readonly concurrency: number
  readonly maxHeldTasks: number
  readonly lookIntervalMs: number
  readonly expireAfterMs: number
  readonly drainTimeoutMs: number
  readonly retry: BackoffPolicy & { readonly limit: number }
  /** That of all subscribers. */
  readonly timeoutMs: number
}

/** What holds for one durable subscriber. */
export interface DurableSettings {
  readonly shards: number
  readonly isTransactional: boolean
  readonly from: 'now' | 'beginning'
  /** Most tasks whose events are handled at once. */
  readonly concurrency: number
  /** With so many tasks held by failures, nothing more is read until some of them are through. */
  readonly maxHeldTasks: number
  readonly lookIntervalMs: number
  readonly timeoutMs: number
  /** Tries of one event, the first included. */
  readonly attempts: number
  readonly backoff: BackoffPolicy
}

/** Its own word first, then that of the configuration. */
export function durableSettingsOf(subscriber: SubscriberDefinition, defaults: SubscriptionDefaults): DurableSettings {
  const { retry } = subscriber
  return {
    shards: subscriber.shards ?? defaults.shards,
    isTransactional: subscriber.transactional ?? false,
    from: subscriber.from ?? 'now',
    concurrency: subscriber.concurrency ?? defaults.concurrency,
    maxHeldTasks: defaults.maxHeldTasks,
    lookIntervalMs: defaults.lookIntervalMs,
    timeoutMs: subscriber.timeoutMs ?? defaults.timeoutMs,
    attempts: retry?.limit ?? defaults.retry.limit,
    backoff: {
      delaysMs: retry?.backoffMs ?? defaults.retry.delaysMs,
      maxMs: retry?.maxBackoffMs ?? defaults.retry.maxMs,
      jitter: defaults.retry.jitter,
    },
  }
}
