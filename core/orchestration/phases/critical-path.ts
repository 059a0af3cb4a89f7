import type { StepRecord } from '../../workflow/task-record.js'

/**
 * The chain of steps that determined when a complete task ended: from the step that ended last, back along the parent that
 * ended last. Steps come in order of definition, parents before children.
 */
export function criticalPath(steps: readonly StepRecord[]): string[] {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const path: string[] = []
  for (let step = lastToEnd(steps); step !== undefined; ) {
    path.unshift(step.name)
    step = lastToEnd(step.dependsOn.map((name) => byName.get(name)!))
  }
  return path
}

function lastToEnd(steps: readonly StepRecord[]): StepRecord | undefined {
  return steps.reduce<StepRecord | undefined>(
    (last, step) => (last === undefined || endOf(step) > endOf(last) ? step : last),
    undefined,
  )
}

function endOf(step: StepRecord): string {
  return step.completedAt ?? ''
}
