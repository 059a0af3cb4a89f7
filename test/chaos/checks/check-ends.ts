import type { StepView, TaskView } from '../../../core/workflow/task-record.js'
import type { Evidence, TaskEvidence } from '../evidence/evidence.js'
import { type ShapeStep, shapes } from '../plan/shapes.js'
import type { StepScript } from '../plan/step-script.js'
import { attemptsOf, type LoggedAttempt } from './attempts.js'

/** Losses of its owner after which a step counts as their cause. */
const mostLosses = 3

/** Every task has ended, and as it had to: in error only where its script says so, or the faults of the run have cost it a step. */
export function checkEnds({ tasks }: Evidence): readonly string[] {
  return tasks.flatMap((task) => {
    const { byStep } = attemptsOf(task)
    const { key, shape, context } = task.planned
    const unexpected = task.view.steps.flatMap((step) => {
      const { isRetryable } = shapes[shape][step.name as never] as ShapeStep
      const problem = problemOfStep(step, byStep.get(step.name)!, context.steps[step.name]!, isRetryable, task.view)
      return problem === undefined ? [] : [`${key}: ${problem}`]
    })
    if (task.view.state === 'cancelled') return unexpected
    const due = task.view.steps.every((step) => step.state === 'complete') ? 'complete' : 'error'
    if (task.view.state !== due) unexpected.push(`${key} is ${task.view.state} where its steps make it ${due}`)
    return unexpected
  })
}

/** What is wrong about where a step has come to rest; undefined if it had to come to that. */
function problemOfStep(
  step: StepView,
  attempts: readonly LoggedAttempt[],
  script: StepScript,
  isRetryable: boolean,
  task: TaskView,
): string | undefined {
  const { name, state, error } = step
  const losses = attempts.filter(({ code }) => code === 'OWNER_LOST').length
  const drains = attempts.filter(({ code }) => code === 'DRAINED').length
  const failures = attempts.filter(({ end }) => end === 'failed').length - losses - drains
  switch (state) {
    case 'complete':
      if (script.isDeadly || script.failsOn === 'all') return `${name} is complete, and its script has it fail for good`
      return undefined
    case 'cancelled':
      return task.state === 'cancelled' ? undefined : `${name} is cancelled, and nobody asked for it`
    case 'pending':
      if (attempts.length > 0) return `${name} is pending after ${attempts.length} attempts`
      return isBlocked(step, task) ? undefined : `${name} is pending, and nothing blocks it`
    case 'error':
      if (error?.code === 'OWNER_LOST') {
        return losses === (isRetryable ? mostLosses : 1) ? undefined : `${name} is in error after ${losses} losses`
      }
      if (script.isDeadly) return `${name} is in error by ${error?.code}, and its script has it lose its owner`
      if (error?.code === 'DRAINED') return isRetryable ? `${name} was not tried again after a drain` : undefined
      if (script.failsOn !== 'all') return `${name} is in error: ${error?.message}`
      return failures === (isRetryable ? step.retryLimit : 1)
        ? undefined
        : `${name} is in error after ${failures} failures`
    default:
      return `${name} is ${state}`
  }
}

function isBlocked(step: StepView, { steps }: TaskView): boolean {
  return step.dependsOn.some((parentName) => {
    const parent = steps.find(({ name }) => name === parentName)!
    return parent.state === 'error' || (parent.state === 'pending' && isBlocked(parent, { steps } as TaskView))
  })
}

/** Tasks are cancelled of which somebody was told so, and no others. */
export function checkCancels({ tasks, cancels }: Evidence): readonly string[] {
  return tasks.flatMap(({ planned: { key }, view: { state } }) => {
    const answer = cancels.get(key)
    if ((answer === 'cancelled') === (state === 'cancelled')) return []
    return [`${key} is ${state}, and its cancellation was answered by ${answer ?? 'nothing: nobody asked for it'}`]
  })
}

/** Each creation that was confirmed is there, and none is there twice. */
export function checkCreations({ tasks, created }: Evidence): readonly string[] {
  const byKey = Map.groupBy(tasks, ({ planned }) => planned.key)
  const doubled = [...byKey].filter(([, same]) => same.length > 1).map(([key]) => `${key} was created more than once`)
  const missing = [...created].filter(([key, id]) => byKey.get(key)?.[0]?.view.id !== id)
  return [...doubled, ...missing.map(([key, id]) => `${key} was confirmed as ${id}, and is not there`)]
}

/** The shapes that ran, for those who read a failure. */
export function outcomesOf(tasks: readonly TaskEvidence[]): Readonly<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  for (const { view } of tasks) outcomes[view.state] = (outcomes[view.state] ?? 0) + 1
  return outcomes
}
