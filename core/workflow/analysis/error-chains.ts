import type { StepView } from '../task-record.js'
import { descendantsOf } from './descendants.js'
import { firstFew } from './first-few.js'
import type { IndexedGraph } from './indexed-graph.js'
import { isHeldUp, type StepStanding } from './step-standings.js'

/**
 * Why a failed step is not tried again by itself:
 * - `permanent`: its error says that it will not pass.
 * - `never_retried`: the step is not retryable.
 * - `attempts_spent`.
 */
export type FailureKind = 'permanent' | 'never_retried' | 'attempts_spent'

/** A step that failed for good, and what it holds up. */
export interface ErrorChain {
  readonly step: string
  /** No step that it depends on has failed: here it began. */
  readonly isRootCause: boolean
  readonly kind: FailureKind
  /** Code of its error, else the name of the error's class. The message stands at the step: it may hold what is to be masked. */
  readonly error: string
  readonly attempts: number
  readonly retryLimit: number
  /** All unfinished steps that wait for it, directly or not, other failed ones left out. */
  readonly blocks: readonly string[]
  /** Those of them that wait for no other failed step: what may go on once this one is settled. */
  readonly frees: readonly string[]
}

export interface ErrorChains {
  /** At most ten: root causes first, then those whose settling frees most. */
  readonly chains: readonly ErrorChain[]
  /** Failed steps beyond these. */
  readonly further: readonly string[]
  /** Steps that some failed step blocks, each counted once. */
  readonly blockedCount: number
}

/** So many chains are followed; see {@link findErrorChains}. */
export const mostErrorChains = 10

/** Whose settling frees a step: a failed step's number, or one of these. */
const NOBODY = -1
const SEVERAL = -2

/**
 * Follows each failed step to all that it blocks.
 *
 * What each of many failed steps blocks can be, and be as long to write, as failed steps times blocked ones. So the lists are made
 * for as many as are shown, with a pass for each. What each of them frees is found in one pass for all: a blocked step is freed by
 * one failed step, or waits for several.
 *
 * @param steps by number, as the graph has them
 */
export function findErrorChains(
  steps: readonly StepView[],
  standings: readonly StepStanding[],
  graph: IndexedGraph,
): ErrorChains {
  const { freedBy, hasFailedBefore } = spreadFailures(standings, graph)
  const freed = new Map<number, string[]>()
  let blockedCount = 0
  for (const [step, standing] of standings.entries()) {
    if (standing === 'failed') freed.set(step, [])
    if (standing !== 'blocked') continue
    blockedCount += 1
    // A failed step comes before those that it blocks.
    freed.get(freedBy[step]!)?.push(graph.names[step]!)
  }
  const failed = [...freed.keys()]
  const rank = (one: number, other: number) =>
    hasFailedBefore[one]! - hasFailedBefore[other]! || freed.get(other)!.length - freed.get(one)!.length
  const shown = firstFew(failed, mostErrorChains, rank)
  const isShown = new Set(shown)
  return {
    chains: shown.map((step) => ({
      ...failureOf(steps[step]!),
      isRootCause: hasFailedBefore[step] === 0,
      blocks: blockedBy(graph, standings, step),
      frees: freed.get(step)!,
    })),
    further: failed.filter((step) => !isShown.has(step)).map((step) => graph.names[step]!),
    blockedCount,
  }
}

/** Passes failures on from each step to those that depend on it. */
function spreadFailures(standings: readonly StepStanding[], { parents }: IndexedGraph) {
  const freedBy = new Int32Array(standings.length).fill(NOBODY)
  const hasFailedBefore = new Uint8Array(standings.length)
  for (const [step, standing] of standings.entries()) {
    if (!isHeldUp(standing)) continue
    for (const parent of parents[step]!) {
      const isFailed = standings[parent] === 'failed'
      if (isFailed || hasFailedBefore[parent] === 1) hasFailedBefore[step] = 1
      const cause = isFailed ? parent : freedBy[parent]!
      if (cause === NOBODY) continue
      freedBy[step] = freedBy[step] === NOBODY || freedBy[step] === cause ? cause : SEVERAL
    }
  }
  return { freedBy, hasFailedBefore }
}

function blockedBy(graph: IndexedGraph, standings: readonly StepStanding[], step: number): string[] {
  const behind = descendantsOf(graph, step, (other) => isHeldUp(standings[other]!))
  // By number, because the order of a walk says nothing to anybody; marked instead of sorted.
  const isBehind = new Set(behind)
  return graph.names.filter((_, other) => isBehind.has(other) && standings[other] === 'blocked')
}

function failureOf({ name, error, retryable, attempts, retryLimit }: StepView) {
  const kind: FailureKind = !retryable ? 'never_retried' : error?.retryable === false ? 'permanent' : 'attempts_spent'
  return { step: name, kind, error: error?.code ?? error?.name ?? 'unknown', attempts, retryLimit }
}
