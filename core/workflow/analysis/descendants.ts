import type { IndexedGraph } from './indexed-graph.js'

/**
 * The numbers of all steps that depend on one, directly or not, in no particular order. Does not go on behind a step that
 * `passes` refuses, and leaves that out.
 *
 * One call may look at the whole graph. Do not call it for every step: a graph of n steps would take n passes.
 */
export function descendantsOf(
  { children }: IndexedGraph,
  step: number,
  passes: (step: number) => boolean = () => true,
): number[] {
  const found: number[] = []
  const isSeen = new Uint8Array(children.length)
  const open = [step]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of children[next]!) {
      if (isSeen[child] === 1 || !passes(child)) continue
      isSeen[child] = 1
      found.push(child)
      open.push(child)
    }
  }
  return found
}
