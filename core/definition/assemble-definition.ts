import type { StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import { DependencyCycleError, DuplicateStepError, EmptyTaskError } from '../errors/definition-errors.js'
import { GraphCycleError } from '../errors/graph-errors.js'
import { buildDependencyGraph, type GraphNode } from '../workflow/dependency-graph.js'
import { definitionHash } from './definition-hash.js'
import { taskLabel } from './definition-names.js'
import { assertBranches } from './step-branches.js'
import type { TaskHead } from './task-head.js'

/** Puts head and steps together and checks what only shows in the whole: at least one step, no name twice, no cycle. */
export function assembleDefinition(head: TaskHead, steps: readonly StepDefinition[]): TaskDefinition {
  const task = taskLabel(head)
  if (steps.length === 0) throw new EmptyTaskError({ task })
  assertNamesDiffer(steps, task)
  assertBranches(steps, task)
  assertNoCycle(steps, task)
  const definition = { ...head, steps: Object.freeze([...steps]) }
  return Object.freeze({ ...definition, hash: definitionHash(definition) })
}

function assertNamesDiffer(steps: readonly StepDefinition[], task: string): void {
  const names = new Set<string>()
  for (const { name } of steps) {
    if (names.has(name)) throw new DuplicateStepError({ task, step: name, option: 'name' })
    names.add(name)
  }
}

/** @throws DependencyCycleError */
export function assertNoCycle(steps: readonly GraphNode[], task: string): void {
  try {
    buildDependencyGraph(steps)
  } catch (cause) {
    if (!(cause instanceof GraphCycleError)) throw cause
    const [first] = cause.cycle
    throw new DependencyCycleError([...cause.cycle, first!], { task, step: first, option: 'dependsOn' })
  }
}
