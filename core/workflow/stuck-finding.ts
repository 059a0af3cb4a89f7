import type { TaskRecord } from './task-record.js'

/**
 * Why an unfinished task is stuck. Every one must have a live owner, a due time, or a stored reason to be parked with a re-check due:
 * - `nothing_wakes_it`: no owner, no due time, no reason.
 * - `never_rechecked`: parked, without a time at which it is looked at again, or with one too far off.
 * - `owner_gone`: its owner has not been heard of within its lease, and nobody has taken over.
 * - `overdue`: due for long, although a worker lives.
 */
export type StuckFinding = 'nothing_wakes_it' | 'never_rechecked' | 'owner_gone' | 'overdue'

/** What is parked is looked at again within this time, in milliseconds. */
export const recheckWithinMs = 60_000
/** Clocks of workers differ, and so do the moments at which they look. */
const recheckGraceMs = 60_000
/** From when on a task that is due counts as overdue, in milliseconds: long after every re-check and every sweep. */
export const overdueAfterMs = 300_000

/** What is known besides the row. */
export interface StuckSurroundings {
  readonly nowMs: number
  /** Null if nobody owns it. */
  readonly isOwnerAlive: boolean | null
  readonly hasLiveWorker: boolean
  /** By itself, or with its namespace or type: then it waits for a person, whatever its due time says. */
  readonly isPaused: boolean
}

/**
 * What waits for a worker that serves it, or for another task, is written once and goes on as soon as there is one: from its time on it is
 * looked at again and again, and nothing is written.
 */
const looksAreUnwritten: ReadonlySet<string | null> = new Set<TaskRecord['parked']>([
  'no_handler',
  'no_worker',
  'waiting_for_child',
])

/**
 * Why a task is stuck; undefined if it is not. The sweeper repairs `nothing_wakes_it` and `never_rechecked` (repair-function.ts),
 * claims take what is in `owner_gone`.
 */
export function stuckFinding(
  task: Pick<TaskRecord, 'state' | 'ownerId' | 'dueAt' | 'parked'>,
  { nowMs, isOwnerAlive, hasLiveWorker, isPaused }: StuckSurroundings,
): StuckFinding | undefined {
  if (task.state !== 'pending' && task.state !== 'in_progress') return undefined
  if (task.ownerId !== null) return isOwnerAlive ? undefined : 'owner_gone'
  if (task.dueAt === null) return task.parked === null ? 'nothing_wakes_it' : 'never_rechecked'
  if (isPaused) return undefined
  const dueMs = Date.parse(task.dueAt)
  if (task.parked !== null && dueMs > nowMs + recheckWithinMs + recheckGraceMs) return 'never_rechecked'
  if (looksAreUnwritten.has(task.parked)) return undefined
  return hasLiveWorker && dueMs < nowMs - overdueAfterMs ? 'overdue' : undefined
}
