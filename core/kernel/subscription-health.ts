import type { HealthFinding } from '../contracts/health.js'
import type { SubscriptionRow } from '../contracts/subscription-store.js'
import { SubscriptionBehindError } from '../errors/subscription-errors.js'

/** What is behind for longer is worth a word, in milliseconds. */
const noticedLagMs = 60_000

/**
 * How the durable subscribers of this worker stand. One that has fallen behind retention delivers nothing any more, and that is ill health;
 * dead letters, held tasks and a long lag are warnings.
 */
export function subscriptionFinding(rows: readonly SubscriptionRow[]): HealthFinding {
  const details = Object.fromEntries(
    rows.map(({ name, lagEntries, lagMs, heldTasks, deadLetters, pausedAt }) => [
      name,
      { lagEntries, lagMs: Math.round(lagMs), heldTasks, deadLetters, isPaused: pausedAt !== null },
    ]),
  )
  const behind = rows.find(({ lostAtMost }) => lostAtMost > 0)
  if (behind !== undefined) {
    const { message } = new SubscriptionBehindError(behind.name, behind.lostAtMost)
    return { isHealthy: false, message, details }
  }
  const warnings = rows.flatMap(warningsOf)
  if (warnings.length === 0) return { isHealthy: true, details }
  return { isHealthy: true, message: `warning: ${warnings.join('; ')}`, details }
}

function warningsOf({ name, lagMs, heldTasks, deadLetters, pausedAt }: SubscriptionRow): string[] {
  const found = [
    deadLetters > 0 ? `${deadLetters} dead letters (see \`tasker dead-letters list\`)` : '',
    heldTasks > 0 ? `${heldTasks} tasks held back by failures` : '',
    pausedAt === null && lagMs > noticedLagMs ? `${Math.round(lagMs / 1000)} s behind` : '',
  ].filter((text) => text !== '')
  return found.length === 0 ? [] : [`durable subscriber ${name}: ${found.join(', ')}`]
}
