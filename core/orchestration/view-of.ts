import type { StepView, TaskView } from '../workflow/task-record.js'
import type { OwnedTask } from './owned-task.js'

/** A task as its owner knows it, the same as the store would give it after the last commit: with values as they come out of JSON. */
export function viewOf({ task, steps, results }: OwnedTask): TaskView {
  const stepViews: StepView[] = []
  for (const { resultEntry: _entry, resultIndex: _index, ...step } of steps)
    stepViews.push({ ...step, results: results.get(step.name) ?? null })
  return JSON.parse(JSON.stringify({ ...task, steps: stepViews })) as TaskView
}
