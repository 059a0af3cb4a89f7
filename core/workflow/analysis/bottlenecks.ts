import { descendantsOf } from './descendants.js'
import { firstFew } from './first-few.js'
import { findGates } from './gates.js'
import type { IndexedGraph } from './indexed-graph.js'

/**
 * Why a step is a bottleneck:
 * - `gate`: every path passes it, and paths meet or part there, so that what could run at once waits for one step.
 * - `fan_out`: several steps depend on it directly.
 */
export type BottleneckKind = 'gate' | 'fan_out'

/** A step that many others wait for. */
export interface Bottleneck {
  readonly step: string
  readonly kind: BottleneckKind
  /** The same as a sentence, with figures. */
  readonly reason: string
  /** How many steps depend on it directly. */
  readonly dependents: number
  /** How many steps depend on it, directly or not. Counted, not estimated. */
  readonly waiting: number
  /** `waiting` as a share of all other steps, from 0 to 1. */
  readonly impact: number
}

/** So many are given, those with the greatest impact first. */
export const mostBottlenecks = 10

/**
 * Finds the steps that hold up most others.
 *
 * To count what waits for each step takes a pass for each: not linear. Of a gate it is known without counting: what stands behind it in
 * a topological order. Of the others it is counted for as many as are shown, those with the most direct dependents times levels
 * behind them, which is close to what waits for them where a graph is regular. A step with few dependents of its own, behind one of
 * which all the work hides, is found at that one.
 */
export function findBottlenecks(graph: IndexedGraph): readonly Bottleneck[] {
  const isGate = findGates(graph)
  const levelsBehind = countLevelsBehind(graph)
  const gates: number[] = []
  const fanOuts: number[] = []
  for (const [step, children] of graph.children.entries()) {
    const spreads = children.length > 1
    if (isGate[step]) {
      // A link of a chain is a gate as well, but one that nothing is gained by widening.
      if (children.length > 0 && (spreads || graph.parents[step]!.length > 1)) gates.push(step)
    } else if (spreads) fanOuts.push(step)
  }
  const score = (step: number) => graph.children[step]!.length * levelsBehind[step]!
  const candidates = firstFew(fanOuts, mostBottlenecks, (one, other) => score(other) - score(one))
  // Earlier gates have more behind them, so that the first are those with the greatest impact.
  const found = [
    ...gates.slice(0, mostBottlenecks).map((step) => gateAt(graph, step)),
    ...candidates.map((step) => fanOutAt(graph, step, levelsBehind[step]!)),
  ]
  return firstFew(found, mostBottlenecks, (one, other) => other.waiting - one.waiting)
}

function gateAt(graph: IndexedGraph, step: number): Bottleneck {
  const waiting = graph.names.length - 1 - step
  const [before, behind] = [graph.parents[step]!.length, graph.children[step]!.length]
  const meet = before > 1 ? `${before} paths meet in it` : ''
  const part = behind > 1 ? `${behind} begin there` : ''
  const how = [meet, part].filter((text) => text !== '').join(' and ')
  return bottleneck(graph, step, 'gate', waiting, `nothing runs beside it: ${how}; ${steps(waiting)} wait for it`)
}

function fanOutAt(graph: IndexedGraph, step: number, levels: number): Bottleneck {
  const waiting = descendantsOf(graph, step).length
  const dependents = graph.children[step]!.length
  const reason = `${steps(dependents)} depend on it directly, ${waiting} in all, on ${levels} level${levels === 1 ? '' : 's'}`
  return bottleneck(graph, step, 'fan_out', waiting, reason)
}

function bottleneck(graph: IndexedGraph, step: number, kind: BottleneckKind, waiting: number, reason: string) {
  const impact = Math.round((waiting / (graph.names.length - 1)) * 1000) / 1000
  return { step: graph.names[step]!, kind, reason, dependents: graph.children[step]!.length, waiting, impact }
}

/** By number: how many steps the longest chain behind a step has. */
function countLevelsBehind({ children }: IndexedGraph): Int32Array {
  const behind = new Int32Array(children.length)
  for (let step = children.length - 1; step >= 0; step--) {
    for (const child of children[step]!) behind[step] = Math.max(behind[step]!, behind[child]! + 1)
  }
  return behind
}

function steps(count: number): string {
  return `${count} step${count === 1 ? '' : 's'}`
}
