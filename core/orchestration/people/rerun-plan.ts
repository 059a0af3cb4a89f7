import type { TaskDefinition } from '../../contracts/task-definition.js'
import type { StepView, TaskView } from '../../contracts/task-record.js'
import { RerunRefusedError } from '../../errors/people-errors.js'
import { StepNotFoundError } from '../../errors/task-errors.js'
import type { ResolvedHow } from '../../workflow/task-record.js'
import { fullNameOf } from '../lifecycle-publisher.js'

/** A step that a new task does not run, because another task has its results. */
export interface CarriedStep {
  readonly name: string
  readonly how: ResolvedHow
  /** Absent: it has none. */
  readonly results?: unknown
}

/**
 * What a task that runs another one again, from these steps on, takes over of it: each step that the other one has completed, or that was
 * resolved there, and that comes neither from nor after these. All else runs.
 *
 * @throws StepNotFoundError
 * @throws RerunRefusedError if one of the steps waits for a result that is not there to be taken over
 */
export function planRerun(
  definition: TaskDefinition,
  before: TaskView,
  from: readonly string[],
): readonly CarriedStep[] {
  const names = new Set(definition.steps.map(({ name }) => name))
  const stepsBefore = new Map(before.steps.map((step) => [step.name, step]))
  for (const name of from) {
    refuseElement(before, stepsBefore.get(name), from)
    if (!names.has(name)) throw new StepNotFoundError(fullNameOf(definition), name, [...names])
  }
  const running = withDescendants(definition, from)
  refuseUnchosen(definition, before, stepsBefore, from)
  const carried = definition.steps.flatMap(({ name }) => {
    const step = running.has(name) ? undefined : stepsBefore.get(name)
    return step === undefined ? [] : carriedOf(step)
  })
  refuseMissing(definition, before, from, new Set([...running, ...carried.map(({ name }) => name)]))
  return carried
}

function carriedOf({ name, state, resolvedHow, results }: StepView): readonly CarriedStep[] {
  if (state === 'complete') return [{ name, how: 'by_person', results }]
  if (state !== 'resolved_manually') return []
  return [{ name, how: resolvedHow ?? 'by_person', ...(results === null ? {} : { results }) }]
}

/** The steps, and all that wait for them; of a decision also what it decides about. */
function withDescendants({ steps }: TaskDefinition, from: readonly string[]): ReadonlySet<string> {
  const children = new Map<string, string[]>(steps.map(({ name, branches = [] }) => [name, [...branches]]))
  for (const { name, dependsOn } of steps) for (const parent of dependsOn) children.get(parent)!.push(name)
  const found = new Set(from)
  // A set gives also what is added while it is gone through.
  for (const name of found) for (const child of children.get(name)!) found.add(child)
  return found
}

function refuseElement(before: TaskView, step: StepView | undefined, from: readonly string[]): void {
  if (step === undefined || step.element === null) return
  const why = `${step.name} is an element of ${step.element.of} and cannot be run again alone; name ${step.element.of}`
  throw new RerunRefusedError(before.id, why, { from })
}

/** What a decision did not choose does not run as long as that decision stands. */
function refuseUnchosen(
  definition: TaskDefinition,
  before: TaskView,
  stepsBefore: ReadonlyMap<string, StepView>,
  from: readonly string[],
): void {
  for (const name of from) {
    if (!isUnchosen(name, definition, stepsBefore)) continue
    const others = from.filter((other) => other !== name)
    if (withDescendants(definition, others).has(name)) continue
    throw new RerunRefusedError(before.id, `${name} was not chosen; name the decision that it hangs on`, { from })
  }
}

/** One that was cancelled before its decision was made says nothing of it. */
function isUnchosen(name: string, { steps }: TaskDefinition, stepsBefore: ReadonlyMap<string, StepView>): boolean {
  if (stepsBefore.get(name)?.resolvedHow === 'unchosen') return true
  const branchOf = steps.find((step) => step.name === name)?.branchOf
  const decision = branchOf === undefined ? undefined : stepsBefore.get(branchOf)
  if (decision?.state !== 'complete' && decision?.state !== 'resolved_manually') return false
  return !(Array.isArray(decision.results) && decision.results.includes(name))
}

/** Whoever asks to begin with a step counts on what comes before it: that it would have to run as well is to be said, not done. */
function refuseMissing(
  definition: TaskDefinition,
  before: TaskView,
  from: readonly string[],
  present: ReadonlySet<string>,
): void {
  const parents = new Map(definition.steps.map(({ name, dependsOn }) => [name, dependsOn]))
  const ancestors = new Set(from)
  for (const name of ancestors) for (const parent of parents.get(name)!) ancestors.add(parent)
  const states = new Map(before.steps.map(({ name, state }) => [name, state]))
  const missing = [...ancestors].filter((name) => !present.has(name))
  if (missing.length === 0) return
  const described = missing.map((name) => `${name} (${states.get(name) ?? 'not a step of it'})`)
  throw new RerunRefusedError(before.id, `${from.join(', ')} would have to wait for ${described.join(', ')}`, {
    from,
    missing,
  })
}
