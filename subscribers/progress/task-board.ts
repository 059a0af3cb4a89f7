import type { TaskerEvent } from '../../core/index.js'
import type { Look } from './progress-style.js'
import { oneLine } from './terminal-text.js'

/** The events that the board is kept by. */
export const boardEvents = [
  'task.initialize_requested',
  'task.start_requested',
  'task.completed',
  'task.failed',
  'task.retry_requested',
  'task.cancelled',
  'task.resolved_manually',
  'step.initialize_requested',
  'step.execution_requested',
  'step.handle',
  'step.completed',
  'step.failed',
  'step.retry_requested',
  'step.cancelled',
  'step.resolved_manually',
] as const
export type BoardEvent = TaskerEvent<(typeof boardEvents)[number]>

export interface StepOnBoard {
  readonly name: string
  dependsOn: readonly string[]
  look: Look
  /** The attempt that runs, or the last one. */
  attempt: number
  retryLimit: number
  /** When the attempt began; milliseconds since 1970, like all times here. */
  startedAt?: number
  durationMs?: number
  /** From 0 to 1. */
  fraction: number
  /** What there is to say: the handler's message, the error, the reason. */
  detail: string
  /** When it will be tried again. */
  dueAt?: number
}

export interface TaskOnBoard {
  readonly id: string
  /** `payments.refund@1.0.0` */
  readonly title: string
  readonly steps: Map<string, StepOnBoard>
  look: Look
  startedAt: number
  durationMs?: number
  detail: string
  dueAt?: number
  hasEnded: boolean
}

/** What an event changed. */
export interface BoardChange {
  readonly task: TaskOnBoard
  readonly step?: StepOnBoard
}

/** What is known of the tasks that are on their way. */
export class TaskBoard {
  readonly #tasks = new Map<string, TaskOnBoard>()

  /** In the order in which they were heard of. */
  get tasks(): readonly TaskOnBoard[] {
    return [...this.#tasks.values()]
  }

  remove(task: TaskOnBoard): void {
    this.#tasks.delete(task.id)
  }

  /** Undefined where the event is about a task that is not on the board any more. */
  apply(event: BoardEvent): BoardChange | undefined {
    const task = this.#taskOf(event)
    if (task === undefined) return undefined
    const at = Date.parse(event.occurredAt)
    if (!('stepName' in event.payload)) {
      applyToTask(task, event as TaskBoardEvent, at)
      return { task }
    }
    const step = stepOf(task, event.payload.stepName)
    step.attempt = event.payload.attempt
    step.retryLimit = event.payload.retryLimit
    applyToStep(step, event as StepBoardEvent, at)
    return { task, step }
  }

  #taskOf({ taskId, name, payload, occurredAt }: BoardEvent): TaskOnBoard | undefined {
    if (taskId === undefined) return undefined
    const known = this.#tasks.get(taskId)
    if (known !== undefined) return known
    // Others may come after the end, from a handler that takes its time to notice that it was cancelled.
    const isBeginning =
      name === 'task.initialize_requested' || name === 'task.start_requested' || name === 'task.retry_requested'
    if (!isBeginning) return undefined
    const task: TaskOnBoard = {
      id: taskId,
      title: `${payload.namespace}.${payload.taskName}@${payload.version}`,
      steps: new Map(),
      look: 'pending',
      startedAt: Date.parse(occurredAt),
      detail: '',
      hasEnded: false,
    }
    this.#tasks.set(taskId, task)
    return task
  }
}

type TaskBoardEvent = Extract<BoardEvent, { readonly name: `task.${string}` }>
type StepBoardEvent = Extract<BoardEvent, { readonly name: `step.${string}` }>

function stepOf(task: TaskOnBoard, name: string): StepOnBoard {
  const known = task.steps.get(name)
  if (known !== undefined) return known
  const step: StepOnBoard = {
    name,
    dependsOn: [],
    look: 'pending',
    attempt: 0,
    retryLimit: 0,
    fraction: 0,
    detail: '',
  }
  task.steps.set(name, step)
  return step
}

function applyToTask(task: TaskOnBoard, event: TaskBoardEvent, at: number): void {
  const end = (look: Look, detail: string, durationMs = Math.max(0, at - task.startedAt)) =>
    Object.assign(task, { look, detail, durationMs, dueAt: undefined, hasEnded: true })
  switch (event.name) {
    case 'task.initialize_requested': {
      const { from, dueAt, parked, reason } = event.payload
      task.look = 'pending'
      task.detail = from === null ? '' : `waits: ${(parked ?? reason).replaceAll('_', ' ')}`
      task.dueAt = dueAt === undefined ? undefined : Date.parse(dueAt)
      break
    }
    case 'task.start_requested':
      Object.assign(task, { look: 'running', detail: '', dueAt: undefined, hasEnded: false })
      break
    case 'task.retry_requested':
      Object.assign(task, { look: 'pending', detail: `retry: ${oneLine(event.payload.reason)}`, hasEnded: false })
      break
    case 'task.completed':
      end('complete', '', event.payload.durationMs)
      break
    case 'task.failed':
      end('error', errorText(event.payload.error), event.payload.durationMs)
      break
    case 'task.cancelled':
      end('cancelled', byActor(event.payload))
      break
    case 'task.resolved_manually':
      end('resolved', byActor(event.payload))
  }
}

function applyToStep(step: StepOnBoard, event: StepBoardEvent, at: number): void {
  switch (event.name) {
    case 'step.initialize_requested':
      step.dependsOn = event.payload.dependsOn
      break
    case 'step.execution_requested': {
      const { childTaskId } = event.payload
      const detail = childTaskId === undefined ? '' : `as task ${childTaskId}`
      Object.assign(step, {
        look: 'running',
        startedAt: at,
        durationMs: undefined,
        dueAt: undefined,
        fraction: 0,
        detail,
      })
      break
    }
    case 'step.handle':
      if (step.look !== 'running') break
      if (event.payload.number === 0) step.startedAt = at
      step.fraction = event.payload.progress
      if (event.payload.message !== undefined) step.detail = oneLine(event.payload.message)
      break
    case 'step.completed':
      Object.assign(step, { look: 'complete', durationMs: event.payload.durationMs, fraction: 1, detail: '' })
      break
    case 'step.failed': {
      const { error, durationMs, willRetry } = event.payload
      Object.assign(step, { look: willRetry ? 'retrying' : 'error', durationMs, detail: errorText(error) })
      break
    }
    case 'step.retry_requested':
      step.dueAt = Date.parse(event.payload.dueAt)
      step.look = 'retrying'
      if (event.payload.actor !== undefined) step.detail = byActor({ ...event.payload, actor: event.payload.actor })
      break
    case 'step.cancelled':
      Object.assign(step, { look: 'cancelled', detail: byActor(event.payload), dueAt: undefined })
      break
    case 'step.resolved_manually': {
      const { how, reason } = event.payload
      const detail = how === 'by_person' ? byActor(event.payload) : how === 'unchosen' ? 'not chosen' : oneLine(reason)
      Object.assign(step, { look: how === 'by_person' ? 'resolved' : 'skipped', detail, dueAt: undefined })
    }
  }
}

function errorText({ name, message, code }: { name: string; message: string; code?: string }): string {
  const kind = code ?? (name === 'Error' ? undefined : name)
  return oneLine(kind === undefined || message.startsWith(kind) ? message : `${kind}: ${message}`)
}

function byActor({ reason, actor }: { reason: string; actor: { id: string; name?: string } }): string {
  return oneLine(`by ${actor.name ?? actor.id}: ${reason}`)
}
