import type { DeadLetter, HeldTask, Subscription, SubscriptionState } from '../../contracts/subscription.js'
import {
  type HeldLane,
  type LogPoint,
  type StoredDeadLetter,
  type SubscriptionRow,
  wholeEntry,
} from '../../contracts/subscription-store.js'
import { toEnvelope } from '../../workflow/log-envelope.js'
import { formatPosition } from '../../workflow/log-position.js'

/** A subscription as people and programs see it. */
export function viewOfSubscription(row: SubscriptionRow): Subscription {
  const lowest = row.shards.reduce((low, one) => (isBefore(one, low) ? one : low))
  return {
    name: row.name,
    state: stateOf(row),
    isTransactional: row.isTransactional,
    position: positionOf(lowest),
    shards: row.shards.map((shard) => ({
      shard: shard.shard,
      position: positionOf(shard),
      workerId: shard.isOwnerAlive ? shard.workerId : null,
    })),
    lag: { entries: row.lagEntries, ageMs: Math.round(row.lagMs) },
    heldTasks: row.heldTasks,
    deadLetters: row.deadLetters,
    holdsRetention: row.holdsRetention && row.lostAtMost === 0,
    lostAtMost: row.lostAtMost,
    createdAt: row.createdAt,
    seenAt: row.seenAt,
    pausedAt: row.pausedAt,
    pauseReason: row.pauseReason,
  }
}

/** What holds a subscription up, as people and programs see it. */
export function viewOfHeldLane({ lane, logId, index, attempts, dueAt, error }: HeldLane): HeldTask {
  const taskId = lane.startsWith('entry:') ? null : lane
  return { taskId, position: formatPosition(logId, index), attempts, nextAttemptAt: dueAt, error }
}

/** A dead letter as people and programs see it. */
export function viewOfDeadLetter(letter: StoredDeadLetter): DeadLetter {
  const { id, subscription, taskId, logId, index, event, error, attempts, failedAt, retryRequestedAt } = letter
  const position = formatPosition(logId, index)
  const envelope = toEnvelope(taskId, String(logId), event, index)
  return { id, subscription, taskId, position, event: envelope, error, attempts, failedAt, retryRequestedAt }
}

function stateOf({ pausedAt, lostAtMost, workers }: SubscriptionRow): SubscriptionState {
  if (pausedAt !== null) return 'paused'
  if (lostAtMost > 0) return 'behind'
  return workers.length === 0 ? 'unattended' : 'running'
}

function isBefore(one: LogPoint, other: LogPoint): boolean {
  return one.logId < other.logId || (one.logId === other.logId && one.index < other.index)
}

/** Behind a whole entry: written as its last possible index. */
function positionOf({ logId, index }: LogPoint): string | null {
  return logId === 0 ? null : formatPosition(logId, Math.min(index, wholeEntry))
}
