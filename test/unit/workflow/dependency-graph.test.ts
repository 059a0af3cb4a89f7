import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  GraphCycleError,
  GraphDuplicateStepError,
  GraphUnknownDependencyError,
} from '../../../core/errors/graph-errors.js'
import { buildDependencyGraph, type GraphNode } from '../../../core/workflow/dependency-graph.js'

const graphOf = (steps: Record<string, readonly string[]>) =>
  buildDependencyGraph(Object.entries(steps).map(([name, dependsOn]) => ({ name, dependsOn })))

describe('the dependency graph', () => {
  it('puts each step one level below its deepest dependency', () => {
    const graph = graphOf({ load: [], charge: ['load'], stock: ['load'], confirm: ['charge', 'stock', 'load'] })
    assert.deepEqual([...graph.levels], [...new Map(Object.entries({ load: 0, charge: 1, stock: 1, confirm: 2 }))])
    assert.deepEqual(graph.levelsList, [['load'], ['charge', 'stock'], ['confirm']])
    assert.deepEqual(graph.roots, ['load'])
    assert.deepEqual(graph.leaves, ['confirm'])
    assert.deepEqual(graph.children.get('load'), ['charge', 'stock', 'confirm'])
    assert.deepEqual(graph.order, ['load', 'charge', 'stock', 'confirm'])
    assert.deepEqual(graph.longestPath, ['load', 'charge', 'confirm'])
    assert.equal(graph.maxParallelism, 2)
  })

  it('does not ask for the steps in order', () => {
    const graph = graphOf({ last: ['middle'], middle: ['first'], first: [] })
    assert.deepEqual(graph.order, ['first', 'middle', 'last'])
  })

  it('knows a graph without steps', () => {
    const graph = buildDependencyGraph([])
    assert.deepEqual(graph.levelsList, [])
    assert.deepEqual(graph.longestPath, [])
    assert.equal(graph.maxParallelism, 0)
  })

  it('counts a dependency that is named twice once', () => {
    const graph = graphOf({ a: [], b: ['a', 'a'] })
    assert.deepEqual(graph.parents.get('b'), ['a'])
    assert.deepEqual(graph.children.get('a'), ['b'])
  })

  it('names the cycle, in the order in which the steps would have to run', () => {
    assert.throws(
      () => graphOf({ start: [], a: ['start', 'c'], b: ['a'], c: ['b'], after: ['c'] }),
      (error) => {
        assert(error instanceof GraphCycleError)
        assert.deepEqual([...error.cycle].sort(), ['a', 'b', 'c'])
        const next = new Map(error.cycle.map((name, index) => [name, error.cycle[(index + 1) % 3]]))
        assert.deepEqual([next.get('a'), next.get('b'), next.get('c')], ['b', 'c', 'a'])
        assert.match(error.message, /form a cycle: \w → \w → \w → \w\./)
        return true
      },
    )
  })

  it('takes a step that depends on itself for a cycle', () => {
    assert.throws(
      () => graphOf({ a: ['a'] }),
      (error) => error instanceof GraphCycleError && error.message.includes('cycle: a → a'),
    )
  })

  it('refuses an unknown dependency and proposes the nearest name', () => {
    assert.throws(
      () => graphOf({ load_order: [], charge: ['load_ordre'] }),
      (error) => error instanceof GraphUnknownDependencyError && error.message.includes('Did you mean "load_order"?'),
    )
  })

  it('refuses two steps of one name', () => {
    const twice: GraphNode[] = [
      { name: 'a', dependsOn: [] },
      { name: 'a', dependsOn: [] },
    ]
    assert.throws(() => buildDependencyGraph(twice), GraphDuplicateStepError)
  })

  it('orders a chain of 10,000 steps, and finds a cycle of as many, without exhausting the stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      name: `s${index}`,
      dependsOn: index === 0 ? [] : [`s${index - 1}`],
    }))
    assert.equal(buildDependencyGraph(chain).longestPath.length, 10_000)
    const circle = [{ name: 's0', dependsOn: ['s9999'] }, ...chain.slice(1)]
    assert.throws(
      () => buildDependencyGraph(circle),
      (error) => error instanceof GraphCycleError && error.cycle.length === 10_000 && error.message.length < 400,
    )
  })

  it('holds its promises on any acyclic graph', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(30), { maxLength: 5 }), { maxLength: 30 }), (wishes) => {
        const nodes = wishes.map((wish, index) => ({
          name: `s${index}`,
          dependsOn: wish.filter((other) => other < index).map((other) => `s${other}`),
        }))
        const graph = buildDependencyGraph([...nodes].reverse())
        const place = new Map(graph.order.map((name, index) => [name, index]))
        assert.equal(place.size, nodes.length)
        for (const { name, dependsOn } of nodes) {
          for (const parent of dependsOn) assert(place.get(parent)! < place.get(name)!)
          const deepest = Math.max(-1, ...dependsOn.map((parent) => graph.levels.get(parent)!))
          assert.equal(graph.levels.get(name), deepest + 1)
        }
        assert.equal(graph.longestPath.length, graph.levelsList.length)
        for (const [index, name] of graph.longestPath.entries()) {
          if (index > 0) assert(graph.parents.get(name)!.includes(graph.longestPath[index - 1]!))
        }
      }),
    )
  })
})
