import type { ErrorRecord, StepView } from '../contracts/task-record.js'
import { elementsByStep } from '../workflow/list-elements.js'
import { paintState } from './paint.js'
import { type TableOptions, textPairs, textTable } from './text-table.js'
import { dueText, elapsedText, momentText } from './time-text.js'

/** Most elements of one list that are shown: those that have something to say come first. */
const mostElements = 20

/** The steps of a task, one a line; of a long list the elements that failed or run, and how many more there are. */
export function stepTable(steps: readonly StepView[], options: TableOptions): string {
  const hidden = new Set<StepView>()
  const more: string[] = []
  for (const [name, elements] of elementsByStep(steps)) {
    if (elements.length <= mostElements) continue
    for (const element of elements.toSorted(byInterest).slice(mostElements)) hidden.add(element)
    more.push(`and ${elements.length - mostElements} more elements of ${name}: tasker steps show TASK_ID/${name}[0]`)
  }
  const table = rowsTable(hidden.size === 0 ? steps : steps.filter((step) => !hidden.has(step)), options)
  return [table, ...more].join('\n')
}

/** Failed before running before waiting before done. */
function byInterest(a: StepView, b: StepView): number {
  return interest.indexOf(a.state) - interest.indexOf(b.state)
}

const interest = ['error', 'in_progress', 'cancelled', 'pending', 'resolved_manually', 'complete']

function rowsTable(steps: readonly StepView[], options: TableOptions): string {
  const rows = steps.map((step) => [
    step.name,
    paintState(step.state, options.paint),
    `${step.attempts}/${step.retryLimit}`,
    elapsedText(step),
    stepDetail(step),
  ])
  return textTable(['STEP', 'STATE', 'ATTEMPTS', 'TOOK', 'DETAIL'], rows, options)
}

/** One step with all there is to say about it. */
export function stepText(step: StepView, options: TableOptions): string {
  const title = `${options.paint('bold', step.name)}  ${paintState(step.state, options.paint)}`
  const facts = textPairs(
    [
      ['id', step.id],
      ['task', step.taskId],
      ['attempts', `${step.attempts} of ${step.retryLimit}`],
      ['depends on', step.dependsOn.join(', ')],
      ['started', step.startedAt === null ? undefined : `${momentText(step.startedAt)} UTC`],
      ['took', elapsedText(step)],
      ['resolved', step.resolvedHow?.replaceAll('_', ' ')],
      ['child task', step.childTaskId ?? undefined],
      ['due', step.dueAt === null ? undefined : dueText(step.dueAt)],
      ['system', step.dependentSystem === 'unknown' ? undefined : step.dependentSystem],
      ['idempotency', step.idempotencyKey],
      ['error', step.error === null ? undefined : errorLine(step.error)],
      ['results', hasResults(step) ? JSON.stringify(step.results) : undefined],
    ],
    options,
  )
  return `${title}\n${facts}`
}

/** `GATEWAY_DOWN: the gateway does not answer` */
export function errorLine({ code, name, message }: ErrorRecord): string {
  const kind = code ?? (name === 'Error' ? undefined : name)
  return kind === undefined || message.startsWith(kind) ? message : `${kind}: ${message}`
}

/** Whether a step has ended with something to show. */
export function hasResults({ results }: StepView): boolean {
  return results !== null && results !== undefined
}

function stepDetail(step: StepView): string {
  const parts = [
    step.resolvedHow === null ? undefined : step.resolvedHow.replaceAll('_', ' '),
    step.childTaskId === null ? undefined : `task ${step.childTaskId}`,
    step.dueAt === null || step.state !== 'pending' ? undefined : dueText(step.dueAt),
    step.error === null || step.state === 'complete' ? undefined : errorLine(step.error),
    hasResults(step) ? JSON.stringify(step.results) : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}
