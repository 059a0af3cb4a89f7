import { part, type Style, symbolOf } from './progress-style.js'
import type { BoardChange, BoardEvent, StepOnBoard, TaskOnBoard } from './task-board.js'
import { retryText } from './task-lines.js'
import { durationText, lineOf, oneLine } from './terminal-text.js'

/**
 * The line that reports one change where there is no terminal; undefined for what is no change of state, or is told by another
 * event of the same commit.
 *
 * @example
 * 10:00:01.250 ✖ payments.process_order@2.1.0 (4f2a9c) charge failed after 1.2s: CARD_STOLEN: the card was stolen
 */
export function changeLine(event: BoardEvent, { task, step }: BoardChange, style: Style): string | undefined {
  const at = Date.parse(event.occurredAt)
  const text = step === undefined ? taskText(event, task) : stepText(event, step, at)
  if (text === undefined) return undefined
  const parts = [
    part(event.occurredAt.slice(11, 23), 'dim'),
    part(' '),
    symbolOf(step?.look ?? task.look, style),
    part(' '),
    part(task.title, 'bold'),
    part(` (${task.id.slice(-6)}) `, 'dim'),
    part(step === undefined ? text : `${oneLine(step.name)} ${text}`),
  ]
  return lineOf(parts, Number.POSITIVE_INFINITY, style)
}

function taskText({ name, payload }: BoardEvent, task: TaskOnBoard): string | undefined {
  const took = durationText(task.durationMs ?? 0)
  switch (name) {
    case 'task.initialize_requested':
      return 'stepCount' in payload ? `created with ${payload.stepCount} steps, id ${task.id}` : task.detail
    case 'task.start_requested':
      return 'started'
    case 'task.retry_requested':
      return task.detail
    case 'task.completed':
      return `complete in ${took}`
    case 'task.failed':
      return `failed after ${took}: ${task.detail}`
    case 'task.cancelled':
      return `cancelled ${task.detail}`
    case 'task.resolved_manually':
      return `resolved ${task.detail}`
    default:
      return undefined
  }
}

function stepText(event: BoardEvent, step: StepOnBoard, at: number): string | undefined {
  const took = durationText(step.durationMs ?? 0)
  const attempt = step.attempt > 1 ? ` (attempt ${step.attempt} of ${step.retryLimit})` : ''
  switch (event.name) {
    case 'step.execution_requested':
      return `runs${attempt}${step.detail === '' ? '' : ` ${step.detail}`}`
    case 'step.completed':
      return `complete in ${took}${attempt}`
    case 'step.failed':
      return event.payload.willRetry ? undefined : `failed after ${took}${attempt}: ${step.detail}`
    case 'step.retry_requested':
      return `will be tried again, ${retryText(step, at)}: ${step.detail}`
    case 'step.cancelled':
      return `cancelled ${step.detail}`
    case 'step.resolved_manually':
      return `${step.look === 'skipped' ? 'skipped:' : 'resolved'} ${step.detail}`
    default:
      return undefined
  }
}
