import { createHash } from 'node:crypto'
import type { WakeUp } from '../../core/index.js'

/** The longest name of a kind of jobs in graphile-worker. */
const longestIdentifier = 128

/** What the jobs for a kind of tasks are called: a process takes those that it serves. */
export function jobIdentifierOf(kind: string): string {
  if (kind.length <= longestIdentifier) return kind
  return createHash('sha256').update(kind).digest('hex')
}

/**
 * Of the wake-ups of a kind that are due at once, so many are asked for in one call: whoever is woken claims as much as there is room
 * for, and a worker that is full claims again by itself.
 */
const mostDueAtOnce = 20
/**
 * What is due later is left to the workers' own look at the table, in milliseconds. graphile-worker passes all jobs of a priority that
 * are not due when it looks for one that is: 3 ms for 10 000 of them, 13 ms for 100 000.
 */
const horizonMs = 60_000

/** Those of one call that are worth a job: one for each task, the most urgent first. */
export function worthAJob(wakeUps: readonly WakeUp[], now: number): readonly WakeUp[] {
  const earliest = new Map<string, WakeUp>()
  for (const wakeUp of wakeUps) {
    const known = earliest.get(wakeUp.taskId)
    if (known === undefined || Date.parse(wakeUp.runAt) < Date.parse(known.runAt)) earliest.set(wakeUp.taskId, wakeUp)
  }
  const due: WakeUp[] = []
  const later: WakeUp[] = []
  for (const wakeUp of earliest.values()) {
    const delayMs = Date.parse(wakeUp.runAt) - now
    if (delayMs <= 0) due.push(wakeUp)
    else if (delayMs <= horizonMs) later.push(wakeUp)
  }
  const byKind = Map.groupBy(due, ({ kind }) => kind)
  const chosen = [...byKind.values()].flatMap((ofKind) => ofKind.toSorted(byPriority).slice(0, mostDueAtOnce))
  return [...chosen, ...later]
}

function byPriority(one: WakeUp, other: WakeUp): number {
  return priorityOf(other) - priorityOf(one)
}

/** A statement that adds a job for each wake-up, and moves the one that a task has already. */
export function addJobs(
  schema: string,
  wakeUps: readonly WakeUp[],
): { readonly sql: string; readonly values: unknown[] } {
  // Nobody tries a job again: the tables tell what is still to be done.
  const sql = `select count(*) from "${schema}".add_jobs(array(
    select row(identifier, null, null, run_at, 1, key, priority, null)::"${schema}".job_spec
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::smallint[]) as wake_up(identifier, key, run_at, priority)))`
  const values = [
    wakeUps.map(({ kind }) => jobIdentifierOf(kind)),
    wakeUps.map(({ taskId }) => taskId),
    wakeUps.map(({ runAt }) => runAt),
    wakeUps.map((wakeUp) => -priorityOf(wakeUp)),
  ]
  return { sql, values }
}

/** Within what a job can hold: there lower numbers go first, in two bytes. */
function priorityOf({ priority = 0 }: WakeUp): number {
  return Math.max(-32_767, Math.min(32_767, Math.trunc(priority)))
}
