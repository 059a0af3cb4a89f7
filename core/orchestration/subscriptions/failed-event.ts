import type { HeldLane, LogPoint, NewDeadLetter, StoredDeadLetter } from '../../contracts/subscription-store.js'
import { isPermanentError } from '../../errors/step-errors.js'
import { subscriptionEvents } from '../../events/subscription-events.js'
import { computeBackoff } from '../../workflow/backoff.js'
import type { LogEvent } from '../../workflow/log-entry.js'
import { formatPosition } from '../../workflow/log-position.js'
import type { ErrorRecord } from '../../workflow/task-record.js'
import { requestedDelayOf, toErrorRecord } from '../error-record.js'
import type { DeliveryParts } from './delivery-parts.js'

/** A year: beyond, times cannot be written. */
const longestDelayMs = 366 * 86_400_000

/** An event of a lane, and where it stands. */
export interface LaneEvent extends LogPoint {
  readonly lane: string
  readonly shard: number
  readonly taskId: string | null
  readonly event: LogEvent
}

/** A failed event either has its lane wait, or is given up. */
export type Failure =
  | { readonly kind: 'held'; readonly held: HeldLane }
  | { readonly kind: 'given_up'; readonly deadLetter: NewDeadLetter }

/**
 * What becomes of an event whose handler failed: its lane waits, or, when the handler says that trying again is of no use or it was tried
 * often enough, it is given up.
 *
 * @param attempts how often it was tried, this time included
 */
export function failureOf(parts: DeliveryParts, failed: LaneEvent, error: unknown, attempts: number): Failure {
  const { settings, clock, ids, random, log, counters, name, announce } = parts
  const { lane, shard, taskId, event, logId, index } = failed
  const record = recordOf(error)
  const about = { err: error, event: event.name, position: formatPosition(logId, index), attempts }
  const told = { subscriber: name, event: event.name, position: formatPosition(logId, index), attempts, error: record }
  counters.failed()
  if (isPermanentError(error) || attempts >= settings.attempts) {
    counters.deadLettered()
    log.error(about, `subscriber ${name} gave up ${event.name}; it is among its dead letters`)
    const failedAt = new Date(clock.now()).toISOString()
    const id = ids.next()
    announce(subscriptionEvents.deadLettered, { ...told, deadLetterId: id })
    const deadLetter = { id, lane, shard, taskId, event, logId, index, error: record, attempts, failedAt }
    return { kind: 'given_up', deadLetter }
  }
  const backoff = computeBackoff(settings.backoff, attempts, random.next(), requestedDelayOf(error))
  const delayMs = Math.min(backoff.delayMs, longestDelayMs)
  log.warn({ ...about, delayMs }, `subscriber ${name} failed on ${event.name}; it is tried again in ${delayMs} ms`)
  const dueAt = new Date(clock.now() + delayMs).toISOString()
  announce(subscriptionEvents.deliveryFailed, { ...told, nextAttemptAt: dueAt })
  return { kind: 'held', held: { lane, shard, logId, index, attempts, dueAt, error: record } }
}

/** Whatever was thrown: an error whose members cannot be read must not keep the event from being written down. */
function recordOf(error: unknown): ErrorRecord {
  try {
    return toErrorRecord(error)
  } catch {
    const message = 'a handler threw an error that cannot be read'
    return { name: 'Error', message, category: 'other', retryable: true }
  }
}

/** What is written down of a dead letter that failed again. */
export function failedAgain(
  { clock, counters }: DeliveryParts,
  { id, shard, attempts }: StoredDeadLetter,
  error: unknown,
) {
  counters.failed()
  const failedAt = new Date(clock.now()).toISOString()
  return { id, shard, error: recordOf(error), attempts: attempts + 1, failedAt }
}
