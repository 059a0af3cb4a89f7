import { buildDependencyGraph } from '../dependency-graph.js'
import { withoutElements } from '../list-elements.js'
import { type StepState, stepStates, type TaskState } from '../state-machines.js'
import type { StepView, TaskView } from '../task-record.js'
import { describeGraph, type GraphAnalysis } from './analyse-graph.js'
import { type Bottleneck, findBottlenecks } from './bottlenecks.js'
import { type CriticalPath, findCriticalPath } from './critical-path.js'
import { type ErrorChains, findErrorChains } from './error-chains.js'
import { indexGraph, subgraphOf } from './indexed-graph.js'
import { type Recovery, suggestRecoveries } from './recoveries.js'
import { type StepStanding, standingsOf } from './step-standings.js'

/** What a task says of itself: all that its graph does, and where it stands. Plain data: it survives JSON. Steps are named. */
export interface TaskAnalysis extends GraphAnalysis {
  readonly taskId: string
  readonly state: TaskState
  /** How many steps are in each state. */
  readonly states: Readonly<Record<StepState, number>>
  /** Share of steps to which nothing more will happen, from 0 to 1. */
  readonly completion: number
  readonly running: readonly string[]
  /** May run as soon as there is room. */
  readonly ready: readonly string[]
  /** Wait for their next attempt; when that is due, ISO 8601. */
  readonly delayed: readonly { readonly step: string; readonly dueAt: string }[]
  /** Behind steps that will run. */
  readonly waiting: readonly string[]
  /** At rest in error. */
  readonly failed: readonly string[]
  /** Behind a failed step, directly or not. */
  readonly blocked: readonly string[]
  readonly criticalPath: CriticalPath
  /** As `bottlenecks`, of the steps that are left: what is settled holds nobody up. */
  readonly openBottlenecks: readonly Bottleneck[]
  readonly errorChains: ErrorChains
  /** Ways out of the failures, the likeliest first for each. */
  readonly recoveries: readonly Recovery[]
}

/**
 * Analyses a task with its steps, in time linear in steps and dependencies. Nothing is kept: it is true of the view that it is given.
 * Elements of lists are not steps of it here: a failed list says which of them have failed.
 * A task that has ended for good has nothing left to do, and so no chains of errors and nothing to suggest.
 *
 * @param options `now`: milliseconds since 1970, default the time of day
 * @example
 * const { errorChains, recoveries } = analyseTask((await tasker.tasks.get(id))!)
 * errorChains.chains[0] // { step: 'charge', isRootCause: true, kind: 'permanent', blocks: ['confirm'], frees: ['confirm'], … }
 * recoveries[0].cli // "tasker steps resolve 0197…/charge --results '<json>'"
 */
export function analyseTask(task: TaskView, options: { readonly now?: number } = {}): TaskAnalysis {
  const now = options.now ?? Date.now()
  const own = withoutElements(task.steps)
  const dependencies = buildDependencyGraph(own)
  const graph = indexGraph(dependencies)
  const byName = new Map(own.map((step) => [step.name, step]))
  const steps = graph.names.map((name) => byName.get(name)!)
  const standings = standingsOf(task, steps, graph, now)
  const standing = (which: StepStanding) => graph.names.filter((_, step) => standings[step] === which)
  const errorChains = findErrorChains(steps, standings, graph)
  return {
    ...describeGraph(dependencies, graph),
    taskId: task.id,
    state: task.state,
    states: countStates(steps),
    completion: shareOfSettled(standings),
    running: standing('running'),
    ready: standing('ready'),
    delayed: standing('delayed').map((step) => ({ step, dueAt: byName.get(step)!.dueAt! })),
    waiting: standing('waiting'),
    failed: standing('failed'),
    blocked: standing('blocked'),
    criticalPath: findCriticalPath(steps, standings, graph, now),
    openBottlenecks: findBottlenecks(subgraphOf(graph, (step) => standings[step] !== 'settled')),
    errorChains,
    recoveries: suggestRecoveries(task, byName, errorChains),
  }
}

function countStates(steps: readonly StepView[]): Readonly<Record<StepState, number>> {
  const counts = Object.fromEntries(stepStates.map((state) => [state, 0])) as Record<StepState, number>
  for (const { state } of steps) counts[state] += 1
  return counts
}

function shareOfSettled(standings: readonly StepStanding[]): number {
  if (standings.length === 0) return 1
  const settled = standings.filter((standing) => standing === 'settled').length
  // Rounded down: 1 means all.
  return Math.floor((settled / standings.length) * 1000) / 1000
}
