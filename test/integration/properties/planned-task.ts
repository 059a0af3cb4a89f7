import { type DefinedTask, defineTask, type StepContext } from 'tasker'
import type { Endings, Plan, PlannedStep } from './random-plan.js'

/** Runs a handler of a drawn task as its plan says; `results` is what it gives if it succeeds. */
export type Perform = (context: StepContext, role: Role, results?: unknown) => Promise<unknown>

/** How the calls of a step behave. */
export interface Role {
  readonly endings: Endings
  readonly isDeaf: boolean
  readonly isLimited: boolean
}

/** A chain without its types, which grow with each step. */
interface LooseChain extends DefinedTask {
  step(name: string, options: object, handler: Handler): LooseChain
  each(name: string, options: object, handler: Handler): LooseChain
  child(name: string, options: object): LooseChain
  decide(name: string, options: object, handler: Handler): LooseChain
}

type Handler = (context: StepContext) => unknown

export const plannedName = 'drawn'
export const limitedSystem = 'gateway'

/** The task of a plan. Each kind of step has its line in `add`. */
export function plannedTask({ steps, concurrency, limits: { ofKey } }: Plan, perform: Perform): DefinedTask {
  const shared = ofKey === undefined ? {} : { concurrencyKey: { from: () => 'the same', limit: ofKey } }
  const chain = defineTask({ name: plannedName, concurrency, ...shared }) as unknown as LooseChain
  return steps.reduce((task, step, position) => add(task, step, position, branchesOf(position, steps), perform), chain)
}

function add(
  task: LooseChain,
  step: PlannedStep,
  position: number,
  branches: readonly string[],
  perform: Perform,
): LooseChain {
  const name = nameAt(position)
  const { kind } = step
  const options = optionsOf(step)
  const run: Handler = (context) => perform(context, step)
  switch (kind.is) {
    case 'run':
      return task.step(name, options, run)
    case 'each': {
      const { elements, concurrency } = kind
      const over = () => elements.map((_, index) => index)
      return task.each(name, { ...options, over, concurrency }, (context) =>
        perform(context, { ...step, endings: elements[context.index!]! }),
      )
    }
    case 'child':
      return task.child(name, { ...options, task: childTask(position, kind, perform) })
    case 'decide': {
      // Steps that shrinking takes away leave decisions without branches.
      if (branches.length === 0) return task.step(name, options, run)
      const chosen = branches.filter((_, index) => (kind.chosen & (1 << index)) !== 0)
      return task.decide(name, { ...options, branches }, (context) => perform(context, step, chosen))
    }
  }
}

function childTask(
  position: number,
  { steps, limit }: Extract<PlannedStep['kind'], { is: 'child' }>,
  perform: Perform,
): DefinedTask {
  let task = defineTask({ name: `${plannedName}_child_${position}` }) as unknown as LooseChain
  for (const [index, endings] of steps.entries()) {
    const options = { retry: { limit }, dependsOn: index === 0 ? [] : [nameAt(index - 1)] }
    const role = { endings, isDeaf: false, isLimited: false }
    task = task.step(nameAt(index), options, (context) => perform(context, role))
  }
  return task
}

function optionsOf({ parents, limit, retryable, skippable, skipsFailure, isLimited }: PlannedStep): object {
  return {
    dependsOn: parents.map(nameAt),
    retry: { limit },
    retryable,
    skippable,
    ...(isLimited ? { dependentSystem: limitedSystem } : {}),
    ...(skippable && skipsFailure ? { onFailure: 'skip' } : {}),
  }
}

/** The steps that have picked the decision at a position. */
function branchesOf(decision: number, steps: readonly PlannedStep[]): readonly string[] {
  return steps.flatMap((_, position) => (decisionOf(position, steps) === decision ? [nameAt(position)] : []))
}

function decisionOf(position: number, steps: readonly PlannedStep[]): number | undefined {
  const { branchOf } = steps[position]!
  const decisions = steps.slice(0, position).flatMap(({ kind }, index) => (kind.is === 'decide' ? [index] : []))
  return branchOf === undefined || decisions.length === 0 ? undefined : decisions[branchOf % decisions.length]
}

function nameAt(position: number): string {
  return `step_${position}`
}
