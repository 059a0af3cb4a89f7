import { isSettled, ReadinessGraph } from '../readiness-graph.js'
import { isFinal } from '../state-machines.js'
import type { StepView, TaskView } from '../task-record.js'
import type { IndexedGraph } from './indexed-graph.js'

/**
 * Where a step of a task stands:
 * - `settled`: nothing more happens to it; so are all steps of a task that has ended for good.
 * - `failed`: at rest in `error`, until somebody decides.
 * - `running`.
 * - `ready`: may run as soon as there is room.
 * - `delayed`: may run, but not before its due time: it waits for its next attempt.
 * - `waiting`: behind steps that will run.
 * - `blocked`: behind a failed step, directly or not.
 */
export type StepStanding = 'settled' | 'failed' | 'running' | 'ready' | 'delayed' | 'waiting' | 'blocked'

/**
 * Says of each step where it stands, by number.
 *
 * @param steps by number, as the graph has them
 * @param now milliseconds since 1970
 */
export function standingsOf(
  task: Pick<TaskView, 'state'>,
  steps: readonly StepView[],
  graph: IndexedGraph,
  now: number,
): readonly StepStanding[] {
  if (isFinal(task.state)) return steps.map(() => 'settled')
  const readiness = new ReadinessGraph(steps)
  const standings: StepStanding[] = []
  for (const [number, step] of steps.entries()) {
    // Numbers follow the order of dependencies: where the parents stand is known by now.
    const isBlocked = graph.parents[number]!.some((parent) => isHeldUp(standings[parent]!))
    standings.push(standingOf(step, isBlocked, readiness, now))
  }
  return standings
}

function standingOf(step: StepView, isBlocked: boolean, readiness: ReadinessGraph, now: number): StepStanding {
  if (isSettled(step)) return 'settled'
  if (step.state === 'error') return 'failed'
  if (step.state === 'in_progress') return 'running'
  if (isBlocked) return 'blocked'
  if (!readiness.isReady(step.name)) return 'waiting'
  return step.dueAt !== null && Date.parse(step.dueAt) > now ? 'delayed' : 'ready'
}

/**
 * Whether a step cannot end without somebody's word, and passes that on to those that depend on it. What was settled, or runs, in
 * spite of a failure before it needs nothing of that any more.
 */
export function isHeldUp(standing: StepStanding): boolean {
  return standing === 'failed' || standing === 'blocked'
}
