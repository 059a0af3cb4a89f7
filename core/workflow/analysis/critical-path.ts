import type { StepView } from '../task-record.js'
import type { IndexedGraph } from './indexed-graph.js'
import type { StepStanding } from './step-standings.js'

/** The chain of steps that takes longest: to make a task shorter, make one of these shorter. Durations in milliseconds. */
export interface CriticalPath {
  /** First to last. */
  readonly steps: readonly string[]
  /** What its steps took and, by estimate, will take. */
  readonly durationMs: number
  /** What of that was measured. */
  readonly measuredMs: number
  /** How many of its steps are estimated: each at what a complete step of this task took on average. */
  readonly estimatedSteps: number
}

interface StepTime {
  readonly ms: number
  readonly isMeasured: boolean
}

/**
 * Finds the longest chain by time, and among chains of one duration that with the most steps: before anything was measured that
 * is the longest path. A step counts with its last attempt, without the wait before it.
 *
 * @param steps by number, as the graph has them
 * @param now milliseconds since 1970: a step that has been running for longer than the average counts with what it took so far
 */
export function findCriticalPath(
  steps: readonly StepView[],
  standings: readonly StepStanding[],
  graph: IndexedGraph,
  now: number,
): CriticalPath {
  const times = timesOf(steps, standings, now)
  const total = new Float64Array(steps.length)
  const length = new Int32Array(steps.length)
  const before = new Int32Array(steps.length).fill(-1)
  const isLonger = (one: number, other: number) =>
    other === -1 || total[one]! > total[other]! || (total[one] === total[other] && length[one]! > length[other]!)
  let last = -1
  for (let step = 0; step < steps.length; step++) {
    let longest = -1
    for (const parent of graph.parents[step]!) if (isLonger(parent, longest)) longest = parent
    before[step] = longest
    total[step] = times[step]!.ms + (total[longest] ?? 0)
    length[step] = 1 + (length[longest] ?? 0)
    if (isLonger(step, last)) last = step
  }
  const path: number[] = []
  for (let step = last; step !== -1; step = before[step]!) path.push(step)
  path.reverse()
  const measured = path.filter((step) => times[step]!.isMeasured)
  return {
    steps: path.map((step) => graph.names[step]!),
    durationMs: Math.round(total[last] ?? 0),
    measuredMs: measured.reduce((sum, step) => sum + times[step]!.ms, 0),
    estimatedSteps: path.length - measured.length,
  }
}

function timesOf(steps: readonly StepView[], standings: readonly StepStanding[], now: number): readonly StepTime[] {
  const measured = steps.map(durationOf)
  let [sum, count] = [0, 0]
  for (const ms of measured) {
    if (ms === undefined) continue
    sum += ms
    count += 1
  }
  const average = count === 0 ? 0 : sum / count
  return steps.map(({ startedAt }, step) => {
    const ms = measured[step]
    if (ms !== undefined) return { ms, isMeasured: true }
    // Skipped, cancelled or settled by hand: it takes no more time, and what it took is the patience of a person.
    if (standings[step] === 'settled') return { ms: 0, isMeasured: true }
    const soFar = standings[step] === 'running' && startedAt !== null ? now - Date.parse(startedAt) : 0
    return { ms: Math.max(average, soFar), isMeasured: false }
  })
}

function durationOf({ state, startedAt, completedAt }: StepView): number | undefined {
  if (state !== 'complete' || startedAt === null || completedAt === null) return undefined
  return Math.max(0, Date.parse(completedAt) - Date.parse(startedAt))
}
