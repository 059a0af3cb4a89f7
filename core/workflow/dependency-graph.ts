import { GraphCycleError, GraphDuplicateStepError, GraphUnknownDependencyError } from '../errors/graph-errors.js'

/** A step as the graph sees it. */
export interface GraphNode {
  readonly name: string
  readonly dependsOn: readonly string[]
}

/** What there is to know about the order of the steps of one task. Lists keep the order of definition where they can. */
export interface DependencyGraph {
  /** All names, each after those that it depends on, level by level. */
  readonly order: readonly string[]
  /** Name → level: 0 for roots, else one more than the deepest dependency. */
  readonly levels: ReadonlyMap<string, number>
  /** The names of each level. Steps of one level never depend on each other. */
  readonly levelsList: readonly (readonly string[])[]
  /** Name → what it depends on, each once. */
  readonly parents: ReadonlyMap<string, readonly string[]>
  /** Name → what depends on it, each once. */
  readonly children: ReadonlyMap<string, readonly string[]>
  /** Steps that depend on nothing. */
  readonly roots: readonly string[]
  /** Steps that nothing depends on. */
  readonly leaves: readonly string[]
  /** The longest chain of steps, first to last: with steps of equal length, what bounds the time of a run. */
  readonly longestPath: readonly string[]
  /** Size of the widest level: that many steps can run at once, if the limits allow it. */
  readonly maxParallelism: number
}

/**
 * Orders steps by their dependencies, in time linear in steps and dependencies and without recursion.
 *
 * @throws GraphDuplicateStepError, GraphUnknownDependencyError, GraphCycleError
 * @example
 * buildDependencyGraph([{ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'] }]).longestPath // ['a', 'b']
 */
export function buildDependencyGraph(nodes: readonly GraphNode[]): DependencyGraph {
  const parents = collectParents(nodes)
  const children = collectChildren(parents)
  const levels = findLevels(parents, children)
  const names = [...parents.keys()]
  const levelsList = groupByLevel(names, levels)
  return {
    order: levelsList.flat(),
    levels,
    levelsList,
    parents,
    children,
    roots: levelsList[0] ?? [],
    leaves: names.filter((name) => children.get(name)!.length === 0),
    longestPath: findLongestPath(levelsList, levels, parents),
    maxParallelism: levelsList.reduce((widest, level) => Math.max(widest, level.length), 0),
  }
}

function collectParents(nodes: readonly GraphNode[]): Map<string, readonly string[]> {
  const parents = new Map<string, readonly string[]>()
  for (const { name, dependsOn } of nodes) {
    if (parents.has(name)) throw new GraphDuplicateStepError(name)
    parents.set(name, [...new Set(dependsOn)])
  }
  for (const [name, dependencies] of parents) {
    for (const dependency of dependencies) {
      if (!parents.has(dependency)) {
        const choices = [...parents.keys()].filter((choice) => choice !== name)
        throw new GraphUnknownDependencyError(name, dependency, choices)
      }
    }
  }
  return parents
}

function collectChildren(parents: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const children = new Map<string, string[]>([...parents.keys()].map((name) => [name, []]))
  for (const [name, dependencies] of parents) {
    for (const dependency of dependencies) children.get(dependency)!.push(name)
  }
  return children
}

/** Kahn's algorithm. A step joins the queue with its last parent, which is a deepest one, so levels never fall. */
function findLevels(
  parents: ReadonlyMap<string, readonly string[]>,
  children: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const waiting = new Map([...parents].map(([name, dependencies]) => [name, dependencies.length]))
  const queue = [...parents.keys()].filter((name) => waiting.get(name) === 0)
  const levels = new Map(queue.map((name) => [name, 0]))
  for (let next = 0; next < queue.length; next++) {
    const name = queue[next]!
    for (const child of children.get(name)!) {
      const left = waiting.get(child)! - 1
      waiting.set(child, left)
      if (left > 0) continue
      levels.set(child, levels.get(name)! + 1)
      queue.push(child)
    }
  }
  if (queue.length < parents.size) throw new GraphCycleError(findCycle(parents, levels))
  return levels
}

/** Among the steps without a level each has a parent without one: walking up must come back to where it was. */
function findCycle(parents: ReadonlyMap<string, readonly string[]>, levels: ReadonlyMap<string, number>): string[] {
  const visited = new Map<string, number>()
  const path: string[] = []
  let name = [...parents.keys()].find((candidate) => !levels.has(candidate))!
  while (!visited.has(name)) {
    visited.set(name, path.length)
    path.push(name)
    name = parents.get(name)!.find((parent) => !levels.has(parent))!
  }
  return path.slice(visited.get(name)!).reverse()
}

function groupByLevel(names: readonly string[], levels: ReadonlyMap<string, number>): string[][] {
  const list: string[][] = []
  for (const name of names) {
    const level = levels.get(name)!
    while (list.length <= level) list.push([])
    list[level]!.push(name)
  }
  return list
}

function findLongestPath(
  levelsList: readonly (readonly string[])[],
  levels: ReadonlyMap<string, number>,
  parents: ReadonlyMap<string, readonly string[]>,
): string[] {
  const path: string[] = []
  let name = levelsList.at(-1)?.[0]
  while (name !== undefined) {
    path.push(name)
    const above: number = levels.get(name)! - 1
    name = parents.get(name)!.find((parent) => levels.get(parent) === above)
  }
  return path.reverse()
}
