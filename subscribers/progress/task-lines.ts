import { type Part, part, progressBar, type Style, symbolOf } from './progress-style.js'
import type { StepOnBoard, TaskOnBoard } from './task-board.js'
import { clockText, displayWidth, durationText, fitTo, lineOf } from './terminal-text.js'

/** For what the lines of a task are made. */
export interface Canvas extends Style {
  readonly columns: number
  readonly nowMs: number
}

/** Names longer than that are cut, so that what stands beside them stays on the screen. */
const LONGEST_NAME = 36
const DURATION_WIDTH = 8
/** With more steps than that a bar says more than their number. */
const BAR_FROM = 12

/**
 * The lines of a task: a headline, if it has ended with something to say a line for that, and one line a step. Where there is
 * room for fewer steps, those at rest are summed up in a last line.
 */
export function taskLines(task: TaskOnBoard, canvas: Canvas, stepRoom = Number.POSITIVE_INFINITY): string[] {
  const steps = [...task.steps.values()]
  const head = [lineOf(headlineParts(task, steps, canvas), canvas.columns, canvas)]
  if (task.hasEnded && task.detail !== '') {
    const detail = part(task.detail, task.look === 'error' ? 'red' : 'plain')
    head.push(lineOf([part('  '), detail], canvas.columns, canvas))
  }
  return [...head, ...stepLines(task, steps, canvas, stepRoom)]
}

function stepLines(task: TaskOnBoard, steps: readonly StepOnBoard[], canvas: Canvas, room: number): string[] {
  if (room < 1) return []
  const shown = steps.length <= room ? steps : mostTelling(steps, room - 1)
  const nameWidth = Math.min(
    LONGEST_NAME,
    Math.max(8, Math.floor(canvas.columns / 3)),
    shown.reduce((widest, { name }) => Math.max(widest, displayWidth(name)), 0),
  )
  const lines = shown.map((step) => lineOf(stepParts(step, nameWidth, canvas, !task.hasEnded), canvas.columns, canvas))
  if (shown.length < steps.length) lines.push(lineOf(restParts(steps, shown, canvas), canvas.columns, canvas))
  return lines
}

function headlineParts(task: TaskOnBoard, steps: readonly StepOnBoard[], canvas: Canvas): Part[] {
  const { look, hasEnded, detail, dueAt } = task
  const done = steps.filter((step) => isSettled[step.look]).length
  const parts = [symbolOf(look, canvas, canvas.nowMs), part(' '), part(task.title, 'bold')]
  const add = (...added: readonly Part[]) => parts.push(part('  '), ...added)
  if (hasEnded) add(part(`${endWord(task)} ${durationText(task.durationMs ?? 0)}`, symbolOf(look, canvas).colour))
  else add(part(clockText(canvas.nowMs - task.startedAt)))
  if (!hasEnded && steps.length > BAR_FROM) add(...progressBar(done / steps.length, canvas))
  add(part(`${done}/${steps.length} steps`, 'dim'))
  const isWaiting = !hasEnded && dueAt !== undefined && dueAt > canvas.nowMs
  if (!hasEnded && detail !== '') add(part(detail))
  if (isWaiting) add(part(`goes on in ${clockText(dueAt - canvas.nowMs)}`))
  // A part of an id is of no use to anybody.
  const withId = [...parts, part('  '), part(task.id, 'dim')]
  return widthOf(withId) <= canvas.columns ? withId : parts
}

function widthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text }) => sum + displayWidth(text), 0)
}

function endWord({ look }: TaskOnBoard): string {
  if (look === 'error') return 'failed after'
  if (look === 'cancelled') return 'cancelled after'
  return look === 'resolved' ? 'resolved after' : 'complete in'
}

function stepParts(step: StepOnBoard, nameWidth: number, canvas: Canvas, isLive: boolean): Part[] {
  const isQuiet = step.look === 'pending' || step.look === 'skipped'
  const name = fitTo(nameWidth, step.name, canvas)
  const duration = durationOf(step, canvas.nowMs).padStart(DURATION_WIDTH)
  return [
    part('  '),
    symbolOf(step.look, canvas, isLive ? canvas.nowMs : undefined),
    part(' '),
    part(name, isQuiet ? 'dim' : 'plain'),
    part(duration, step.look === 'running' ? 'plain' : 'dim'),
    part('  '),
    ...detailParts(step, canvas),
  ]
}

function durationOf({ look, startedAt, durationMs }: StepOnBoard, nowMs: number): string {
  if (look === 'running' && startedAt !== undefined) return clockText(nowMs - startedAt)
  return durationMs === undefined || look === 'retrying' ? '' : durationText(durationMs)
}

function detailParts(step: StepOnBoard, canvas: Canvas): Part[] {
  const { look, attempt, retryLimit, detail } = step
  const again = attempt > 1 ? [part(`attempt ${attempt} of ${retryLimit}  `, 'dim')] : []
  switch (look) {
    case 'pending':
      return step.dependsOn.length > 0 ? [part(`after ${step.dependsOn.join(', ')}`, 'dim')] : []
    case 'running': {
      const bar = step.fraction > 0 ? [...progressBar(step.fraction, canvas), part('  ')] : []
      return [...again, ...bar, part(detail)]
    }
    case 'retrying':
      return [part(retryText(step, canvas.nowMs), 'yellow'), part('  '), part(detail)]
    case 'error':
      return [...again, part(detail, 'red')]
    case 'skipped':
      return [part(detail, 'dim')]
    default:
      return [...again, part(detail)]
  }
}

/** `attempt 2 of 5 in 3.2s` */
export function retryText({ attempt, retryLimit, dueAt }: StepOnBoard, nowMs: number): string {
  const when = dueAt === undefined || dueAt <= nowMs ? 'now' : `in ${clockText(dueAt - nowMs)}`
  return `attempt ${attempt + 1} of ${Math.max(retryLimit, attempt + 1)} ${when}`
}

const isSettled: Readonly<Record<StepOnBoard['look'], boolean>> = {
  pending: false,
  running: false,
  retrying: false,
  error: false,
  cancelled: false,
  complete: true,
  skipped: true,
  resolved: true,
}

const rank: Readonly<Record<StepOnBoard['look'], number>> = {
  running: 0,
  error: 1,
  retrying: 2,
  cancelled: 3,
  resolved: 4,
  pending: 5,
  skipped: 6,
  complete: 7,
}

/** The steps that say most, in their own order. */
function mostTelling(steps: readonly StepOnBoard[], count: number): StepOnBoard[] {
  const chosen = new Set([...steps].sort((a, b) => rank[a.look] - rank[b.look]).slice(0, Math.max(0, count)))
  return steps.filter((step) => chosen.has(step))
}

function restParts(steps: readonly StepOnBoard[], shown: readonly StepOnBoard[], { ascii }: Canvas): Part[] {
  const isShown = new Set(shown)
  const counts = new Map<string, number>()
  for (const step of steps) if (!isShown.has(step)) counts.set(step.look, (counts.get(step.look) ?? 0) + 1)
  const parts = [...counts].map(([look, count]) => `${count} ${look}`)
  return [part(`  ${ascii ? '...' : '…'} ${steps.length - shown.length} more: ${parts.join(', ')}`, 'dim')]
}
