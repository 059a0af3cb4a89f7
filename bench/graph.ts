/**
 * The analysis of a graph beside a plain topological sort of the same graph: what both have to do is look at every dependency once.
 *
 *   node dist/bench/graph.js            up to 100,000 steps and a million dependencies, about half a minute
 *   node dist/bench/graph.js --quick    up to 10,000 steps
 */
import { analyseGraph, analyseTask, type GraphNode, type StepView, type TaskView } from '../core/index.js'

const WARM_UPS = 3
/** At least so many rounds are measured, and for at least so long. */
const ROUNDS = 9
const SHORTEST_MS = 2_000

interface Shape {
  readonly name: string
  readonly layers: number
  readonly width: number
  /** How many steps of the layer before each step depends on. */
  readonly parents: number
  readonly isLong?: boolean
}

const shapes: readonly Shape[] = [
  { name: 'chain of 10,000', layers: 10_000, width: 1, parents: 1 },
  { name: '1,000 steps in 10 layers, 3 dependencies each', layers: 10, width: 100, parents: 3 },
  { name: '10,000 steps in 100 layers, 3 dependencies each', layers: 100, width: 100, parents: 3 },
  { name: '10,000 steps in 100 layers, 100 dependencies each', layers: 100, width: 100, parents: 100, isLong: true },
  { name: '100,000 steps in 1,000 layers, 3 dependencies each', layers: 1_000, width: 100, parents: 3, isLong: true },
]

function nodesOf({ layers, width, parents }: Shape): readonly GraphNode[] {
  const nodes: GraphNode[] = []
  for (let layer = 0; layer < layers; layer++) {
    for (let place = 0; place < width; place++) {
      // Multiples of a number without a common factor with the width: different steps, spread over the layer.
      const dependsOn = Array.from({ length: layer === 0 ? 0 : parents }, (_, index) => {
        return `layer_${layer - 1}_step_${(place * 7 + index * 37) % width}`
      })
      nodes.push({ name: `layer_${layer}_step_${place}`, dependsOn })
    }
  }
  return nodes
}

/** Kahn's algorithm, and nothing else: the least that one can do with a graph of names. */
function sortTopologically(nodes: readonly GraphNode[]): readonly string[] {
  const waiting = new Map<string, number>()
  const children = new Map<string, string[]>()
  for (const { name } of nodes) children.set(name, [])
  for (const { name, dependsOn } of nodes) {
    waiting.set(name, dependsOn.length)
    for (const parent of dependsOn) children.get(parent)!.push(name)
  }
  const order = nodes.filter(({ dependsOn }) => dependsOn.length === 0).map(({ name }) => name)
  for (let next = 0; next < order.length; next++) {
    for (const child of children.get(order[next]!)!) {
      const left = waiting.get(child)! - 1
      waiting.set(child, left)
      if (left === 0) order.push(child)
    }
  }
  return order
}

const createdAt = '2026-03-01T10:00:00.000Z'

/** A task half way through: the first half of the layers is complete, of the next one every tenth step has failed. */
function taskOf(nodes: readonly GraphNode[], { layers, width }: Shape): TaskView {
  const half = Math.floor(layers / 2) * width
  const error = { name: 'Error', message: 'no', category: 'other', retryable: true } as const
  const steps = nodes.map(({ name, dependsOn }, position): StepView => {
    const state = position < half ? 'complete' : position < half + width && position % 10 === 0 ? 'error' : 'pending'
    const times = { startedAt: createdAt, completedAt: new Date(Date.parse(createdAt) + (position % 97)).toISOString() }
    return {
      ...{
        id: name,
        taskId: 'task',
        name,
        position,
        state,
        attempts: 1,
        retryLimit: 3,
        retryable: true,
        skippable: false,
      },
      ...{
        dependentSystem: 'unknown',
        timeoutMs: 1000,
        dependsOn,
        idempotencyKey: name,
        element: null,
        branchOf: null,
      },
      ...{ childTaskId: null, error: state === 'error' ? error : null, dueAt: null, resolvedHow: null, ownerLosses: 0 },
      ...{ drains: 0, createdAt, results: null, startedAt: null, completedAt: null },
      ...(state === 'complete' ? times : {}),
    }
  })
  return {
    ...{
      id: 'task',
      namespace: 'bench',
      name: 'graph',
      version: '1.0.0',
      definitionHash: '',
      state: 'error',
      context: null,
    },
    ...{ priority: 0, stepCount: steps.length, initiator: '', sourceSystem: '', reason: '', tags: [], bypassSteps: [] },
    ...{ identityHash: null, concurrencyKey: null, timeoutMs: null, correlationId: '', traceparent: null },
    ...{ parentTaskId: null, parentStepId: null, error, dueAt: null, parked: null, createdAt, startedAt: createdAt },
    ...{ rerunOf: null, pausedAt: null, completedAt: null, ownerId: null, epoch: 1, logEntry: 1, steps },
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)]!
}

/** Contenders take turns, so that a busy machine slows all of them. */
function timesOf(contenders: readonly (() => unknown)[]): readonly number[] {
  const times = contenders.map((): number[] => [])
  const until = performance.now() + SHORTEST_MS
  // The first rounds warm up. Small graphs take so little that a few rounds would measure the compiler.
  for (let round = -WARM_UPS; round < ROUNDS || performance.now() < until; round++) {
    for (const [index, work] of contenders.entries()) {
      const startedAt = performance.now()
      work()
      if (round >= 0) times[index]!.push(performance.now() - startedAt)
    }
  }
  return times.map(median)
}

function main(argument: string | undefined): void {
  print('| graph | topological sort | analysis | of a task half way, with failures |')
  print('|---|---:|---:|---:|')
  for (const shape of shapes) {
    if (argument === '--quick' && shape.isLong) continue
    const nodes = nodesOf(shape)
    const task = taskOf(nodes, shape)
    const [sorting, graph, whole] = timesOf([
      () => sortTopologically(nodes),
      () => analyseGraph(nodes),
      () => analyseTask(task),
    ]) as [number, number, number]
    const beside = (ms: number) => `${ms.toFixed(1)} ms, ${(ms / sorting).toFixed(1)}×`
    print(`| ${shape.name} | ${sorting.toFixed(1)} ms | ${beside(graph)} | ${beside(whole)} |`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

main(process.argv[2])
