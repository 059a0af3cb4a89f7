import type { StepView, TaskRecord } from '../contracts/task-record.js'
import type { DependencyGraph } from '../workflow/dependency-graph.js'
import { drawGraphAsText } from '../workflow/graph-picture.js'
import { pictureStatesOf } from '../workflow/picture-states.js'
import { isFinal } from '../workflow/state-machines.js'
import { paintState } from './paint.js'
import { errorLine, stepTable } from './step-text.js'
import { keyOf, type TaskDocument } from './task-document.js'
import { type TableOptions, textPairs, textTable } from './text-table.js'
import { dueText, elapsedText, momentText } from './time-text.js'

/** A list of tasks, one a line. */
export function taskTable(tasks: readonly TaskRecord[], options: TableOptions): string {
  const rows = tasks.map((task) => [
    task.id,
    keyOf(task),
    paintState(task.state, options.paint),
    momentText(task.createdAt),
    elapsedText(task),
    taskDetail(task),
  ])
  return textTable(['ID', 'TASK', 'STATE', 'CREATED (UTC)', 'TOOK', 'DETAIL'], rows, options)
}

/** Why a task is where it is: its error, what it waits for, when it goes on. */
function taskDetail({ error, parked, dueAt, state }: TaskRecord): string {
  if (error !== null && state !== 'complete') return errorLine(error)
  const reason = parked === null ? [] : [`parked: ${parked.replaceAll('_', ' ')}`]
  const due = dueAt === null || isFinal(state) || state !== 'pending' ? [] : [dueText(dueAt)]
  return [...reason, ...due].join(', ')
}

/** A task with all there is to say about it: facts, picture of its graph, steps. */
export function taskText(
  { task, steps }: TaskDocument,
  graph: DependencyGraph,
  colours: boolean,
  options: TableOptions,
): string {
  const picture = drawGraphAsText(graph, {
    states: pictureStatesOf(steps),
    notes: new Map(steps.map((step) => [step.name, note(step)])),
    colours,
    ...(options.width === undefined ? {} : { width: options.width }),
  })
  return [taskFacts(task, options), picture, stepTable(steps, options)].join('\n\n')
}

/** What there is to say about a task itself. */
export function taskFacts(task: TaskRecord, options: TableOptions): string {
  const title = `${options.paint('bold', keyOf(task))}  ${paintState(task.state, options.paint)}`
  const facts = textPairs(
    [
      ['id', task.id],
      ['created', `${momentText(task.createdAt)} UTC by ${task.initiator}`],
      ['started', task.startedAt === null ? undefined : `${momentText(task.startedAt)} UTC`],
      ['took', elapsedText(task)],
      ['detail', taskDetail(task)],
      ['reason', known(task.reason)],
      ['tags', task.tags.join(', ')],
      ['priority', task.priority === 0 ? undefined : String(task.priority)],
      ['parent', task.parentTaskId ?? undefined],
      ['correlation', task.correlationId],
      ['context', task.context === null ? undefined : JSON.stringify(task.context)],
    ],
    options,
  )
  return `${title}\n${facts}`
}

function note({ attempts, retryLimit, state }: StepView): string {
  if (attempts < 2) return ''
  return state === 'complete' ? `${attempts} attempts` : `attempt ${attempts} of ${retryLimit}`
}

/** What nobody has said is stored as `unknown`. */
function known(text: string): string | undefined {
  return text === 'unknown' ? undefined : text
}
