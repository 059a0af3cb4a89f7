import { type DefinedTask, defineTask, type StepContext } from 'tasker'
import type { Endings, Plan, PlannedStep } from './plan.js'

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
/** Children may have the same name, in versions of their own. */
export const plannedVersion = '1.0.0'
export const limitedSystem = 'gateway'

/** The task of a plan. Each kind of step has its line in `add`. */
export function plannedTask(plan: Plan, perform: Perform): DefinedTask {
  const { steps, concurrency, timeoutMs } = plan
  const head = { name: plannedName, version: plannedVersion, concurrency, ...sharedKey(plan) }
  const chain = defineTask({ ...head, ...(timeoutMs === undefined ? {} : { timeoutMs }) }) as unknown as LooseChain
  return steps.reduce((task, step, position) => add(task, step, position, plan, perform), chain)
}

function sharedKey({ limits: { ofKey } }: Plan): object {
  return ofKey === undefined ? {} : { concurrencyKey: { from: () => 'the same', limit: ofKey } }
}

function add(task: LooseChain, step: PlannedStep, position: number, plan: Plan, perform: Perform): LooseChain {
  const branches = branchesOf(position, plan.steps)
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
      return task.child(name, { ...options, task: childTask(position, kind, plan, perform) })
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
  { steps, limit, sharesKey, isLimited }: Extract<PlannedStep['kind'], { is: 'child' }>,
  plan: Plan,
  perform: Perform,
): DefinedTask {
  const name = sharesKey ? plannedName : `${plannedName}_child_${position}`
  const head = { name, version: `0.0.${position}`, ...(sharesKey ? sharedKey(plan) : {}) }
  let task = defineTask(head) as unknown as LooseChain
  for (const [index, endings] of steps.entries()) {
    const system = isLimited ? { dependentSystem: limitedSystem } : {}
    const options = { retry: { limit }, dependsOn: index === 0 ? [] : [nameAt(index - 1)], ...system }
    const role = { endings, isDeaf: false, isLimited }
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
