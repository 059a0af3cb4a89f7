import assert from 'node:assert/strict'
import fc from 'fast-check'
import { GraphCycleError } from '../../../../core/errors/graph-errors.js'
import { analyseGraph } from '../../../../core/workflow/analysis/analyse-graph.js'
import { mostBottlenecks } from '../../../../core/workflow/analysis/bottlenecks.js'
import { firstFew } from '../../../../core/workflow/analysis/first-few.js'
import { findGates } from '../../../../core/workflow/analysis/gates.js'
import { indexGraph } from '../../../../core/workflow/analysis/indexed-graph.js'
import { buildDependencyGraph } from '../../../../core/workflow/dependency-graph.js'
import { allPaths, randomNodes, slowDescendants } from './random-graphs.js'

const nodesOf = (steps: Record<string, readonly string[]>) =>
  Object.entries(steps).map(([name, dependsOn]) => ({ name, dependsOn }))

const order = nodesOf({
  load: [],
  charge: ['load'],
  reserve: ['load'],
  confirm: ['charge', 'reserve', 'charge'],
  ship: ['confirm'],
  mail: ['ship'],
})

describe('the analysis of a graph', () => {
  it('names levels, roots, leaves, the longest path, and how wide it is', () => {
    const { bottlenecks, ...rest } = analyseGraph(order)
    assert.deepEqual(rest, {
      stepCount: 6,
      dependencyCount: 6,
      levels: [['load'], ['charge', 'reserve'], ['confirm'], ['ship'], ['mail']],
      roots: ['load'],
      leaves: ['mail'],
      longestPath: ['load', 'charge', 'confirm', 'ship', 'mail'],
      parallelism: { widths: [1, 2, 1, 1, 1], greatest: 2, average: 1.2 },
    })
    assert.deepEqual(
      bottlenecks.map(({ step, waiting }) => [step, waiting]),
      [
        ['load', 5],
        ['confirm', 2],
      ],
    )
  })

  it('says of a bottleneck why it is one, in figures', () => {
    assert.deepEqual(analyseGraph(order).bottlenecks, [
      {
        step: 'load',
        kind: 'gate',
        reason: 'nothing runs beside it: 2 begin there; 5 steps wait for it',
        dependents: 2,
        waiting: 5,
        impact: 1,
      },
      {
        step: 'confirm',
        kind: 'gate',
        reason: 'nothing runs beside it: 2 paths meet in it; 2 steps wait for it',
        dependents: 1,
        waiting: 2,
        impact: 0.4,
      },
    ])
    const beside = nodesOf({ alone: [], first: [], a: ['first'], b: ['first'], after: ['a'] })
    assert.deepEqual(analyseGraph(beside).bottlenecks, [
      {
        step: 'first',
        kind: 'fan_out',
        reason: '2 steps depend on it directly, 3 in all, on 2 levels',
        dependents: 2,
        waiting: 3,
        impact: 0.75,
      },
    ])
  })

  it('finds no bottleneck in a chain, where nothing could run at once anyway', () => {
    assert.deepEqual(analyseGraph(nodesOf({ a: [], b: ['a'], c: ['b'] })).bottlenecks, [])
  })

  it('knows a graph without steps', () => {
    const { stepCount, longestPath, parallelism, bottlenecks } = analyseGraph([])
    assert.deepEqual([stepCount, longestPath, bottlenecks], [0, [], []])
    assert.deepEqual(parallelism, { widths: [], greatest: 0, average: 0 })
  })

  it('refuses a cycle', () => {
    assert.throws(() => analyseGraph(nodesOf({ a: ['b'], b: ['a'] })), GraphCycleError)
  })

  it('survives JSON', () => {
    const analysis = analyseGraph(order)
    assert.deepEqual(JSON.parse(JSON.stringify(analysis)), analysis)
  })

  it('takes for gates exactly the steps that every path passes', () => {
    fc.assert(
      fc.property(randomNodes, (nodes) => {
        const graph = indexGraph(buildDependencyGraph(nodes))
        const paths = allPaths(nodes)
        const expected = graph.names.filter((name) => paths.every((path) => path.includes(name)))
        const isGate = findGates(graph)
        assert.deepEqual(
          graph.names.filter((_, step) => isGate[step]),
          expected,
        )
      }),
      { numRuns: 500 },
    )
  })

  it('counts what waits for a bottleneck as one would by hand, and leaves none with more out', () => {
    fc.assert(
      fc.property(randomNodes, (nodes) => {
        const descendants = slowDescendants(nodes)
        const { bottlenecks } = analyseGraph(nodes)
        for (const { step, waiting, impact } of bottlenecks) {
          assert.equal(waiting, descendants.get(step)!.size, step)
          assert(waiting > 0, `${step} holds nobody up`)
          assert.equal(impact, Math.round((waiting / (nodes.length - 1)) * 1000) / 1000)
        }
        const figures = bottlenecks.map(({ waiting }) => waiting)
        assert.deepEqual(
          figures,
          [...figures].sort((one, other) => other - one),
        )
        // With no more than are shown, every step that spreads is among them.
        const spreading = nodes.filter(
          ({ name }) => nodes.filter(({ dependsOn }) => dependsOn.includes(name)).length > 1,
        )
        if (bottlenecks.length === mostBottlenecks) return
        const found = new Set(bottlenecks.map(({ step }) => step))
        for (const { name } of spreading) assert(found.has(name), name)
      }),
      { numRuns: 500 },
    )
  })

  it('gives the first few of many as sorting would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat())), fc.integer({ min: 1, max: 6 }), (items, limit) => {
        const compare = (one: readonly number[], other: readonly number[]) => one[0]! - other[0]!
        assert.deepEqual(firstFew(items, limit, compare), [...items].sort(compare).slice(0, limit))
      }),
    )
  })

  it('counts dependencies, however many paths they make: 40 levels of 10 have 10^40', () => {
    const names = (level: number) => Array.from({ length: 10 }, (_, index) => `s${level}_${index}`)
    const nodes = Array.from({ length: 40 }, (_, level) =>
      names(level).map((name) => ({ name, dependsOn: level === 0 ? [] : names(level - 1) })),
    ).flat()
    const { dependencyCount, longestPath, bottlenecks } = analyseGraph(nodes)
    assert.equal(dependencyCount, 3_900)
    assert.equal(longestPath.length, 40)
    assert.deepEqual(
      bottlenecks.map(({ waiting }) => waiting),
      Array.from({ length: mostBottlenecks }, () => 390),
    )
  })
})
