import { isDeepStrictEqual } from 'node:util'
import type { TaskerEvent } from '../../events/envelope.js'
import type { StepView, TaskView } from '../../workflow/task-record.js'
import type { BegunAttempt } from '../attempt-faults.js'
import { StepStory } from './step-story.js'

/**
 * What the log of a task says against the promises of the engine: a step ran before what it depends on, after it was done, twice at
 * once, or too often. Lines for people; none if all is well.
 */
export function brokenInLog(tasks: readonly TaskView[], log: readonly TaskerEvent<string>[]): readonly string[] {
  const stories = new Map(
    tasks.map(({ id, steps }) => [id, new Map(steps.map((step) => [step.name, new StepStory(step)]))]),
  )
  const broken: string[] = []
  for (const event of log) {
    const { stepName } = event.payload as { readonly stepName?: string }
    const steps = stories.get(event.taskId ?? '')
    if (steps !== undefined && stepName !== undefined) broken.push(...steps.get(stepName)!.hear(event, steps))
  }
  return broken
}

/**
 * What the calls of handlers say against them: an attempt was called twice. What begins a child or a list may be: nobody knows, after a loss,
 * how far it came, and it begins nothing twice.
 */
export function brokenInCalls(tasks: readonly TaskView[], calls: readonly BegunAttempt[]): readonly string[] {
  const seen = new Set<string>()
  return calls.flatMap(({ taskId, stepName, attempt }) => {
    const key = `${taskId} ${stepName} ${attempt}`
    const isNew = !seen.has(key)
    seen.add(key)
    const steps = tasks.find(({ id }) => id === taskId)?.steps ?? []
    const beginsOthers = steps.some(
      ({ name, childTaskId, element }) => (name === stepName && childTaskId !== null) || element?.of === stepName,
    )
    return isNew || beginsOthers ? [] : [`attempt ${attempt} of step ${stepName} was called twice`]
  })
}

/** What the rows of a task that has ended say against them. */
export function brokenInRows(task: TaskView): readonly string[] {
  const { state, parked, steps } = task
  const kinds = steps.flatMap((step) => brokenInKind(step, steps))
  if (state !== 'pending' && state !== 'in_progress') return [...kinds, ...brokenInEnd(task)]
  return parked === null ? [...kinds, `it is ${state}, and no reason is stored why nothing happens`] : kinds
}

function brokenInEnd({ state, error, steps }: TaskView): readonly string[] {
  const broken: string[] = []
  const isIn = (wanted: string) => steps.filter((step) => step.state === wanted).map(({ name }) => name)
  const report = (names: readonly string[], what: string) => {
    if (names.length > 0) broken.push(`${what}: ${names.join(', ')}`)
  }
  if (state === 'resolved_manually') return []
  report(isIn('in_progress'), 'the task has ended, and steps are in progress')
  if (state === 'complete')
    report([...isIn('pending'), ...isIn('error'), ...isIn('cancelled')], 'it is complete, and steps are not done')
  if (state !== 'error') return broken
  const code = error?.code ?? 'no code'
  // Its time may be up while nothing of it runs, or has failed.
  if (code === 'TASK_TIMEOUT' || isIn('error').length > 0) return broken
  if (isIn('cancelled').length === 0) broken.push(`it is in error without a step that is (${code})`)
  else if (code !== 'STEPS_CANCELLED') broken.push(`it is in error for its cancelled steps, and says ${code}`)
  report(isIn('pending'), 'it ended for its cancelled steps, and others were left')
  return broken
}

/** What is true of a step because of what kind it is. */
function brokenInKind({ name, state, branchOf, results }: StepView, steps: readonly StepView[]): readonly string[] {
  if (state !== 'complete') return []
  const broken: string[] = []
  const chosen = steps.find((step) => step.name === branchOf)?.results
  if (branchOf !== null && !(Array.isArray(chosen) && chosen.includes(name)))
    broken.push(`step ${name} ran, and ${branchOf} did not choose it`)
  const elements = steps.filter(({ element }) => element?.of === name)
  const inOrder = elements.toSorted((one, other) => one.element!.index - other.element!.index)
  const expected = inOrder.map((each) => each.results)
  if (elements.length > 0 && !isDeepStrictEqual(results, expected))
    broken.push(`the results of ${name} are not those of its elements, in their order`)
  return broken
}
