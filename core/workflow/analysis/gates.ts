import type { IndexedGraph } from './indexed-graph.js'

/**
 * By number: whether a step is a gate, one that every path from a root to a leaf passes. Before a gate has ended nothing behind it can
 * start, and everything else stands before it: nothing runs beside it.
 *
 * In a topological order a step is a gate exactly if no dependency leads over its place, where roots hang on a common start and
 * leaves on a common end: whatever jumps over it is on a path that goes around it. So the dependencies above each place are
 * counted, as one counts the bridges above the points of a line, and no path is enumerated.
 */
export function findGates({ parents, children }: IndexedGraph): readonly boolean[] {
  const count = parents.length
  /** At each place: dependencies that begin to lead over it, less those that no longer do. */
  const turns = new Int32Array(count + 1)
  const lead = (from: number, to: number) => {
    if (to - from < 2) return
    turns[from + 1]! += 1
    turns[to]! -= 1
  }
  for (let step = 0; step < count; step++) {
    for (const child of children[step]!) lead(step, child)
    if (parents[step]!.length === 0) lead(-1, step)
    if (children[step]!.length === 0) lead(step, count)
  }
  let above = 0
  return Array.from({ length: count }, (_, step) => {
    above += turns[step]!
    return above === 0
  })
}
