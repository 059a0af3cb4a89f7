import type { StepRecord } from './task-record.js'

/** What of a step decides whether others may run. */
export type ReadinessStep = Pick<StepRecord, 'name' | 'dependsOn' | 'state' | 'resolvedHow'> &
  Partial<Pick<StepRecord, 'element'>>

interface Node {
  readonly name: string
  readonly children: Node[]
  /** Parents that are not settled yet. */
  parentsLeft: number
  /** Settled parents that satisfy their dependents; the others are unchosen or cancelled. */
  satisfiedParents: number
  readonly isRoot: boolean
  /** A person may settle a step before its parents are. */
  isSettled: boolean
}

/** What settling a step did to its dependents. */
export interface Settlement {
  /** All parents settled, one of them satisfied, itself not settled: may run. */
  readonly ready: readonly string[]
  /** All parents settled, none satisfied, itself not settled: never runs. */
  readonly unreachable: readonly string[]
  /** Dependents looked at: the whole cost of the call. */
  readonly examined: number
}

/**
 * The dependency graph of one task as countdowns of unfinished parents: settling a step costs work in proportion to its
 * children, not to the size of the task.
 */
export class ReadinessGraph {
  readonly #nodes = new Map<string, Node>()

  /** Elements of a list are passed over: nothing depends on them but the step that they are elements of. */
  constructor(steps: Iterable<ReadinessStep>) {
    for (const step of steps) if (!step.element) this.#add(step)
    // After all nodes: YAML lists steps in any order, and a dependency may point forward.
    for (const step of steps) if (!step.element) this.#connect(step)
    for (const step of steps) if (isSettled(step)) this.settle(step.name, isSatisfied(step))
  }

  /** Whether every parent is settled and, unless it has none, at least one satisfied. */
  isReady(name: string): boolean {
    const node = this.#nodes.get(name)
    return node !== undefined && node.parentsLeft === 0 && (node.isRoot || node.satisfiedParents > 0)
  }

  /** Tells that a step is settled for good; `satisfied` says whether its dependents may build on it. */
  settle(name: string, satisfied: boolean): Settlement {
    const ready: string[] = []
    const unreachable: string[] = []
    const node = this.#nodes.get(name)
    if (node) node.isSettled = true
    const children = node?.children ?? []
    for (const child of children) {
      child.parentsLeft -= 1
      if (satisfied) child.satisfiedParents += 1
      if (child.parentsLeft > 0 || child.isSettled) continue
      const found = child.satisfiedParents > 0 ? ready : unreachable
      found.push(child.name)
    }
    return { ready, unreachable, examined: children.length }
  }

  /** All steps that depend on this one, directly or not. */
  descendants(name: string): readonly string[] {
    const found = new Set<string>()
    const open = [...(this.#nodes.get(name)?.children ?? [])]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (found.has(node.name)) continue
      found.add(node.name)
      open.push(...node.children)
    }
    return [...found]
  }

  #add(step: ReadinessStep): void {
    const isRoot = step.dependsOn.length === 0
    const node: Node = {
      name: step.name,
      children: [],
      parentsLeft: step.dependsOn.length,
      satisfiedParents: 0,
      isRoot,
      isSettled: false,
    }
    this.#nodes.set(step.name, node)
  }

  #connect(step: ReadinessStep): void {
    const node = this.#nodes.get(step.name)!
    for (const parent of step.dependsOn) this.#nodes.get(parent)!.children.push(node)
  }
}

/** Whether nothing more will happen to a step. A step at rest in `error` is not settled: a person may still decide. */
export function isSettled(step: Pick<StepRecord, 'state'>): boolean {
  return step.state === 'complete' || step.state === 'cancelled' || step.state === 'resolved_manually'
}

/** Whether dependents may build on a settled step. */
export function isSatisfied(step: Pick<StepRecord, 'state' | 'resolvedHow'>): boolean {
  return step.state === 'complete' || (step.state === 'resolved_manually' && step.resolvedHow !== 'unchosen')
}
