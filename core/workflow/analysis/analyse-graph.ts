import { buildDependencyGraph, type DependencyGraph, type GraphNode } from '../dependency-graph.js'
import { type Bottleneck, findBottlenecks } from './bottlenecks.js'
import { type IndexedGraph, indexGraph } from './indexed-graph.js'

/** How many steps a graph lets run at once. */
export interface Parallelism {
  /** By level, the first one first: how many steps it has. */
  readonly widths: readonly number[]
  /**
   * The widest level. Steps of different levels may run together as well, where a short branch lies beside a long one; the
   * greatest number of steps that never wait for each other is a matching problem, not to be had in linear time.
   */
  readonly greatest: number
  /** Steps divided by levels: what unlimited workers gain over one, were all steps equally long. */
  readonly average: number
}

/** What a dependency graph says of itself, before anything runs. Plain data: it survives JSON. Steps are named. */
export interface GraphAnalysis {
  readonly stepCount: number
  /** A dependency that is named twice counts once. */
  readonly dependencyCount: number
  /** The names of each level; a step stands one level below its deepest dependency. */
  readonly levels: readonly (readonly string[])[]
  /** Steps that depend on nothing. */
  readonly roots: readonly string[]
  /** Steps that nothing depends on. */
  readonly leaves: readonly string[]
  /** The longest chain of steps, first to last. */
  readonly longestPath: readonly string[]
  readonly parallelism: Parallelism
  /** At most ten, those with the greatest impact first. */
  readonly bottlenecks: readonly Bottleneck[]
}

/**
 * Analyses the dependencies of steps, in time linear in steps and dependencies. No path is enumerated: a graph of 20 levels of
 * 10 has more of them than can be.
 *
 * @throws GraphDuplicateStepError, GraphUnknownDependencyError, GraphCycleError
 * @example
 * const { longestPath, bottlenecks } = analyseGraph([
 *   { name: 'load', dependsOn: [] },
 *   { name: 'charge', dependsOn: ['load'] },
 *   { name: 'reserve', dependsOn: ['load'] },
 * ])
 * longestPath // ['load', 'charge']
 * bottlenecks[0] // { step: 'load', kind: 'gate', dependents: 2, waiting: 2, impact: 1, reason: 'nothing runs beside it: …' }
 */
export function analyseGraph(nodes: readonly GraphNode[]): GraphAnalysis {
  const graph = buildDependencyGraph(nodes)
  return describeGraph(graph, indexGraph(graph))
}

/** The analysis of a graph that is built and numbered already. */
export function describeGraph(graph: DependencyGraph, indexed: IndexedGraph): GraphAnalysis {
  const widths = graph.levelsList.map((names) => names.length)
  let dependencyCount = 0
  for (const parents of graph.parents.values()) dependencyCount += parents.length
  return {
    stepCount: graph.order.length,
    dependencyCount,
    levels: graph.levelsList,
    roots: graph.roots,
    leaves: graph.leaves,
    longestPath: graph.longestPath,
    parallelism: {
      widths,
      greatest: graph.maxParallelism,
      average: widths.length === 0 ? 0 : Math.round((graph.order.length / widths.length) * 100) / 100,
    },
    bottlenecks: findBottlenecks(indexed),
  }
}
