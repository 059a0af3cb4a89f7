import fc from 'fast-check'
import type { GraphNode } from '../../../../core/workflow/dependency-graph.js'

/** Graphs without cycles, in an order of definition that has nothing to do with their dependencies. */
export const randomNodes: fc.Arbitrary<readonly GraphNode[]> = fc
  // Without `size` graphs have five steps on average, and few of them anything that goes wrong.
  .array(fc.array(fc.nat(14), { maxLength: 3, size: 'max' }), { maxLength: 15, size: 'max' })
  .chain((wishes) => {
    const nodes = wishes.map((wish, index) => ({
      name: `s${index}`,
      dependsOn: index === 0 ? [] : wish.map((other) => `s${other % index}`),
    }))
    return fc.shuffledSubarray(nodes, { minLength: nodes.length, maxLength: nodes.length })
  })

/** Name → all that depends on it, directly or not: found the slow and obvious way. */
export function slowDescendants(nodes: readonly GraphNode[]): ReadonlyMap<string, ReadonlySet<string>> {
  const below = (name: string): string[] =>
    nodes.filter(({ dependsOn }) => dependsOn.includes(name)).flatMap((child) => [child.name, ...below(child.name)])
  return new Map(nodes.map(({ name }) => [name, new Set(below(name))]))
}

/** Every path from a root to a leaf, which only small graphs allow. */
export function allPaths(nodes: readonly GraphNode[]): readonly (readonly string[])[] {
  const childrenOf = (name: string) => nodes.filter(({ dependsOn }) => dependsOn.includes(name))
  const from = (name: string): string[][] => {
    const children = childrenOf(name)
    return children.length === 0
      ? [[name]]
      : children.flatMap((child) => from(child.name).map((path) => [name, ...path]))
  }
  return nodes.filter(({ dependsOn }) => dependsOn.length === 0).flatMap(({ name }) => from(name))
}
