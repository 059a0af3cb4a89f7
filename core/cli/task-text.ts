import type { StepView, TaskRecord } from '../contracts/task-record.js'
import type { Annotation } from '../contracts/tasks-api.js'
import type { DependencyGraph } from '../workflow/dependency-graph.js'
import { drawGraphAsText } from '../workflow/graph-picture.js'
import { elementsByStep, withoutElements } from '../workflow/list-elements.js'
import { pictureStatesOf } from '../workflow/picture-states.js'
import { isFinal } from '../workflow/state-machines.js'
import { type Paint, paintState } from './paint.js'
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
function taskDetail({ error, parked, pausedAt, dueAt, state }: TaskRecord): string {
  if (error !== null && state !== 'complete') return errorLine(error)
  // When it would be due says nothing until somebody resumes it.
  if (parked === 'paused') return 'parked: paused'
  if (pausedAt !== null && !isFinal(state)) return 'paused, what runs goes on to its end'
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
    notes: notesOf(steps),
    colours,
    ...(options.width === undefined ? {} : { width: options.width }),
  })
  return [taskFacts(task, options), picture, stepTable(steps, options)].join('\n\n')
}

/** `payments.refund@2.1.0 0197c0de-… is pending, paused` */
export function taskLine(task: TaskRecord, paint: Paint): string {
  const isPaused = (task.pausedAt !== null || task.parked === 'paused') && !isFinal(task.state)
  return `${keyOf(task)} ${task.id} is ${paintState(task.state, paint)}${isPaused ? ', paused' : ''}`
}

/** What was noted about a task, one note a line; empty if nothing was. */
export function annotationTable(annotations: readonly Annotation[], options: TableOptions): string {
  if (annotations.length === 0) return ''
  const rows = annotations.map(({ type, value, actor, annotatedAt }) => [
    ...[type, momentText(annotatedAt), actor.name ?? actor.id],
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return textTable(['NOTE', 'AT (UTC)', 'BY', 'VALUE'], rows, options)
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
      ['paused', task.pausedAt === null || isFinal(task.state) ? undefined : `since ${momentText(task.pausedAt)} UTC`],
      ['parent', task.parentTaskId ?? undefined],
      ['runs again', task.rerunOf === null ? undefined : `${task.rerunOf.taskId} from ${task.rerunOf.from.join(', ')}`],
      ['correlation', task.correlationId],
      ['context', task.context === null ? undefined : JSON.stringify(task.context)],
    ],
    options,
  )
  return `${title}\n${facts}`
}

/** What stands beside a step: how many elements of a list are done, or how many attempts it took. */
function notesOf(steps: readonly StepView[]): ReadonlyMap<string, string> {
  const lists = elementsByStep(steps)
  return new Map(
    withoutElements(steps).map((step) => {
      const elements = lists.get(step.name)
      const isDone = ({ state }: StepView) => state === 'complete' || state === 'resolved_manually'
      return [step.name, elements ? `${elements.filter(isDone).length} of ${elements.length} elements` : note(step)]
    }),
  )
}

function note({ attempts, retryLimit, state }: StepView): string {
  if (attempts < 2) return ''
  return state === 'complete' ? `${attempts} attempts` : `attempt ${attempts} of ${retryLimit}`
}

/** What nobody has said is stored as `unknown`. */
function known(text: string): string | undefined {
  return text === 'unknown' ? undefined : text
}
