import { callsOf } from '../checks/check-calls.js'
import type { Evidence, Fault } from './evidence.js'
import type { SeenEvent } from './log-follower.js'

/** How a run got over its faults. All in milliseconds. */
export interface Recovery {
  /** From each fault that hit unfinished tasks until the first of these went on. */
  readonly firstProgressMs: readonly number[]
  /** Until the last of them went on. */
  readonly allProgressMs: readonly number[]
  /** From the end of the last fault until all tasks had ended. */
  readonly allDoneMs: number
}

/** Measures from the end of each fault, or from its beginning where it took a worker away, until the tasks that it hit go on. */
export function recoveryOf(evidence: Evidence): Recovery {
  const events = evidence.seen.filter(({ taskId }) => taskId !== null)
  const byTask = Map.groupBy(events, ({ taskId }) => taskId!)
  const calls = callsOf(evidence.workers)
  const waits = evidence.faults.map((fault) => {
    const affected = [...byTask].filter(([, own]) => isAffected(fault, own)).map(([taskId]) => taskId)
    return affected.map((taskId) => {
      const goesOn = [
        ...byTask
          .get(taskId)!
          .filter((event) => isProgress(event, fault))
          .map(({ seenAt }) => seenAt),
        ...calls.filter((call) => call.taskId === taskId && call.worker !== fault.worker).map(({ at }) => at),
      ].filter((at) => at > fault.until)
      return goesOn.length === 0 ? 0 : Math.min(...goesOn) - fault.until
    })
  })
  const felt = waits.filter((each) => each.length > 0)
  const lastFault = Math.max(0, ...evidence.faults.map(({ until }) => until))
  return {
    firstProgressMs: felt.map((each) => Math.min(...each)),
    allProgressMs: felt.map((each) => Math.max(...each)),
    allDoneMs: Math.max(0, (events.at(-1)?.seenAt ?? lastFault) - lastFault),
  }
}

const ends = new Set(['task.completed', 'task.failed', 'task.cancelled', 'task.resolved_manually'])

/** How long after its commit an event is seen at the latest, where nothing is broken. */
const seeingMs = 60

/** It was unfinished, and, where the fault hit one worker, that one's. */
function isAffected({ at, worker }: Fault, own: readonly SeenEvent[]): boolean {
  const before = own.filter(({ seenAt }) => seenAt <= at + seeingMs)
  if (before.length === 0 || before.some(({ name }) => ends.has(name))) return false
  if (worker === undefined) return true
  const owner = before.findLast(({ name }) => name === 'task.start_requested' || name === 'task.initialize_requested')
  return owner?.payload.workerId === worker.workerId
}

/** What the fault's own worker had committed just before may be seen just after. */
function isProgress({ payload }: SeenEvent, { worker }: Fault): boolean {
  return worker === undefined || (payload.workerId !== undefined && payload.workerId !== worker.workerId)
}
