import type { EventPayload } from '../../core/events/event-catalogue.js'
import type { BoardEvent, boardEvents } from '../../subscribers/progress/task-board.js'
import { lifecycleEvent } from './lifecycle-event.js'

type Name = (typeof boardEvents)[number]
type Told<N extends Name> = Partial<EventPayload<N>>

const actor = { id: 'u1', kind: 'person', name: 'Ann' } as const
const error = { name: 'Error', message: 'no answer', category: 'network', retryable: true } as const

/** What each event says where a story does not care. */
const usual: { readonly [N in Name]: object } = {
  'task.initialize_requested': {
    from: null,
    reason: 'asked for',
    context: {},
    stepCount: 4,
    priority: 0,
    initiator: 'test',
    sourceSystem: 'test',
    tags: [],
    definitionHash: 'hash',
  },
  'task.start_requested': { workerId: '01970000-0000-7000-8000-000000000009', epoch: 1 },
  'task.completed': { stepCount: 4, completedSteps: 4, skippedSteps: 0, durationMs: 3200 },
  'task.failed': { error, failedSteps: [], blockedSteps: [], durationMs: 3200 },
  'task.retry_requested': { reason: 'fixed', actor, retriedSteps: [] },
  'task.cancelled': { reason: 'no longer needed', actor, from: 'in_progress', interruptedSteps: [] },
  'task.resolved_manually': { reason: 'done by hand', actor },
  'step.initialize_requested': {
    dependsOn: [],
    retryable: true,
    skippable: true,
    dependentSystem: 'none',
    timeoutMs: 1000,
    idempotencyKey: 'key',
  },
  'step.execution_requested': { workerId: '01970000-0000-7000-8000-000000000009', epoch: 1 },
  'step.handle': { progress: 0, number: 0 },
  'step.completed': { results: null, durationMs: 12 },
  'step.failed': { error, durationMs: 40, willRetry: false },
  'step.retry_requested': { reason: 'failed', dueAt: '2025-06-01T10:00:03.000Z' },
  'step.cancelled': { reason: 'no longer needed', actor, from: 'in_progress' },
  'step.resolved_manually': { how: 'skipped', reason: 'bypassed', actor },
}

/** Tells a listener what happens to one task, event by event, at a time that is told as well. */
export class ProgressStory {
  nowMs = Date.UTC(2025, 5, 1, 10)
  readonly #listener: (event: BoardEvent) => void
  readonly #taskId: string
  readonly #attempts = new Map<string, number>()

  constructor(listener: (event: BoardEvent) => void, taskId = '01970000-0000-7000-8000-00000000abcd') {
    this.#listener = listener
    this.#taskId = taskId
  }

  task<N extends Extract<Name, `task.${string}`>>(name: N, told: Told<N> = {}): void {
    this.#tell(name, told)
  }

  step<N extends Extract<Name, `step.${string}`>>(name: N, stepName: string, told: Told<N> = {}): void {
    const attempt = (this.#attempts.get(stepName) ?? 0) + (name === 'step.execution_requested' ? 1 : 0)
    this.#attempts.set(stepName, attempt)
    this.#tell(name, { stepName, attempt, retryLimit: 5, ...told })
  }

  #tell(name: Name, told: object): void {
    const base = told as { readonly from?: unknown }
    const usually = name === 'task.initialize_requested' && base.from === 'in_progress' ? {} : usual[name]
    const payload = { namespace: 'payments', taskName: 'process_order', version: '2.1.0', ...usually, ...told }
    const occurredAt = new Date(this.nowMs).toISOString()
    this.#listener(lifecycleEvent(name, payload as never, { taskId: this.#taskId, occurredAt }) as BoardEvent)
  }

  /** Creates the task with four steps: load, then charge and reserve, then confirm. */
  begin(): void {
    this.task('task.initialize_requested')
    this.step('step.initialize_requested', 'load')
    this.step('step.initialize_requested', 'charge', { dependsOn: ['load'] })
    this.step('step.initialize_requested', 'reserve_stock', { dependsOn: ['load'] })
    this.step('step.initialize_requested', 'confirm', { dependsOn: ['charge', 'reserve_stock'] })
    this.task('task.start_requested')
    this.step('step.execution_requested', 'load')
  }
}
