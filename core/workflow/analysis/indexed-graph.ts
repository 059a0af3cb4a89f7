import type { DependencyGraph } from '../dependency-graph.js'

/** A graph by number instead of name: a step's number is its place in a topological order, so every edge leads upwards. */
export interface IndexedGraph {
  readonly names: readonly string[]
  /** By number: what the step depends on. */
  readonly parents: readonly (readonly number[])[]
  /** By number: what depends on the step. */
  readonly children: readonly (readonly number[])[]
}

/** Numbers the steps of a graph. Passes over a graph of many dependencies spend most of their time looking names up otherwise. */
export function indexGraph(graph: DependencyGraph): IndexedGraph {
  const numbers = new Map(graph.order.map((name, number) => [name, number]))
  const numbered = (neighbours: ReadonlyMap<string, readonly string[]>) =>
    graph.order.map((name) => neighbours.get(name)!.map((neighbour) => numbers.get(neighbour)!))
  return { names: graph.order, parents: numbered(graph.parents), children: numbered(graph.children) }
}

/** The graph of some of the steps, with the dependencies among them, numbered anew in the same order. */
export function subgraphOf({ names, parents, children }: IndexedGraph, keeps: (step: number) => boolean): IndexedGraph {
  const kept: number[] = []
  const numbers = new Int32Array(names.length).fill(-1)
  for (let step = 0; step < names.length; step++) if (keeps(step)) numbers[step] = kept.push(step) - 1
  const renumbered = (neighbours: readonly (readonly number[])[]) =>
    kept.map((step) => neighbours[step]!.map((other) => numbers[other]!).filter((number) => number !== -1))
  return { names: kept.map((step) => names[step]!), parents: renumbered(parents), children: renumbered(children) }
}
