import type { Clock } from '../contracts/clock.js'
import type { BusMember } from './bus-member.js'

/** What is left after a drain. */
export interface DrainReport {
  /** Whether nothing waits any more. */
  readonly isDrained: boolean
  /** The subscribers that have not got through their queues: too slow for the deadline, or paused by their circuit. */
  readonly left: readonly { readonly subscriber: string; readonly waiting: number }[]
}

/** Waits until nobody is busy: every queue is empty or paused, every promise of a listener settled, or the deadline has passed. */
export async function drainMembers(
  members: () => readonly BusMember[],
  deadlineMs: number,
  setTimer: Clock['setTimer'],
): Promise<DrainReport> {
  let isLate = false
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimer(() => resolve(), deadlineMs)
  void deadline.then(() => {
    isLate = true
  })
  // More than once, because a subscriber may publish what another one hears.
  while (!isLate && members().some((member) => member.isBusy)) {
    await Promise.race([deadline, Promise.all(members().map((member) => member.idle()))])
  }
  timer.cancel()
  const left = members()
    .filter((member) => member.unfinished > 0)
    .map((member) => ({ subscriber: member.name, waiting: member.unfinished }))
  return { isDrained: left.length === 0, left }
}
