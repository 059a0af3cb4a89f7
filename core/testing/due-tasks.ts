import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue, WakeUp } from '../contracts/queue.js'
import type { Transaction } from '../contracts/transaction.js'

/** What the tasks of the conformance cases are. */
export const conformanceKind = 'conformance.task@1.0.0'

/** A wish to be woken for a task of its own. */
export function wakeUpAt(time: number): WakeUp {
  return { taskId: randomUUID(), runAt: new Date(time).toISOString(), kind: conformanceKind }
}

/** Stands in for the tasks table: knows what is due, and when it was claimed by whoever was woken. */
export class DueTasks {
  readonly #waiting = new Map<string, number>()
  readonly #claimedAt = new Map<string, number>()
  /** How often a claim was set off. */
  claims = 0

  /** Tasks that become due so many milliseconds from now; the queue is asked to wake somebody for them, in one call. */
  async add(queue: Queue, delaysMs: readonly number[], transaction?: Transaction): Promise<readonly WakeUp[]> {
    const now = Date.now()
    const wakeUps = delaysMs.map((delayMs) => wakeUpAt(now + delayMs))
    for (const { taskId, runAt } of wakeUps) this.#waiting.set(taskId, Date.parse(runAt))
    await queue.wake(transaction, wakeUps)
    return wakeUps
  }

  /** Claims all that is due, as a worker with room does. */
  claim(): void {
    this.claims += 1
    const now = Date.now()
    for (const [taskId, dueAt] of this.#waiting) {
      if (dueAt > now) continue
      this.#waiting.delete(taskId)
      this.#claimedAt.set(taskId, now)
    }
  }

  /** Waits until all are claimed, so long after the last of them is due at most; gives those that were not within that of theirs. */
  async unclaimed(wakeUps: readonly WakeUp[], patienceMs: number): Promise<readonly WakeUp[]> {
    const begunAt = Date.now()
    const latest = Math.max(begunAt, ...wakeUps.map(({ runAt }) => Date.parse(runAt)))
    while (Date.now() < latest + patienceMs && wakeUps.some(({ taskId }) => this.#waiting.has(taskId))) await sleep(5)
    return wakeUps.filter(({ taskId, runAt }) => {
      const dueAt = Math.max(begunAt, Date.parse(runAt))
      return (this.#claimedAt.get(taskId) ?? Number.POSITIVE_INFINITY) > dueAt + patienceMs
    })
  }

  /** How long a task is due, in milliseconds; negative before its time. */
  dueSinceMs({ runAt }: WakeUp): number {
    return Date.now() - Date.parse(runAt)
  }
}
