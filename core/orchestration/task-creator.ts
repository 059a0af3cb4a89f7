import { currentContext } from '../bus/correlation-context.js'
import type { Clock } from '../contracts/clock.js'
import type { ClaimedTask, Store, TaskWrite } from '../contracts/store.js'
import type { DefinedTask, TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import { BypassRefusedError, ContextInvalidError, NotStorableError } from '../errors/task-errors.js'
import { type FoldState, foldEvent } from '../workflow/fold.js'
import type { LogEvent } from '../workflow/log-entry.js'
import { toStorableJson } from '../workflow/storable-json.js'
import type { StepRecord, TaskRecord } from '../workflow/task-record.js'
import type { HookRegistry } from './hook-registry.js'
import type { Journal, JournalParticipant } from './journal.js'
import { aboutTask, fullNameOf, type LifecyclePublisher } from './lifecycle-publisher.js'
import type { OrchestrationSettings } from './settings.js'
import type { WakeUps } from './wake-ups.js'
import type { Worker } from './worker.js'

export interface CreatorServices {
  readonly store: Store
  readonly journal: Journal
  readonly publisher: LifecyclePublisher
  readonly clock: Clock
  readonly hooks: HookRegistry
  readonly wakeUps: WakeUps
  readonly worker: Worker
  readonly settings: OrchestrationSettings
  /** The definition that a request asks for. Throws with the choices if there is none. */
  requireDefinition(request: TaskRequest): DefinedTask
}

/** Creates tasks: checks the request, stores the task with its steps and first events in one commit, and has it run. */
export class TaskCreator {
  readonly #services: CreatorServices
  /** Definitions that this process has stored, by name and hash. */
  readonly #stored = new Set<string>()

  constructor(services: CreatorServices) {
    this.#services = services
  }

  async create(request: TaskRequest, defined?: DefinedTask): Promise<TaskRecord> {
    const { definition } = defined ?? this.#services.requireDefinition(request)
    const context = await this.#checkContext(definition, request.context)
    checkBypass(definition, request.bypassSteps ?? [])
    const { namespace, name, version } = definition
    await this.#services.hooks.ask('beforeTaskCreate', { namespace, name, version, context, request })
    await this.#storeDefinition(definition)
    return this.#commit(definition, request, context)
  }

  async #checkContext(definition: TaskDefinition, given: unknown): Promise<unknown> {
    const task = fullNameOf(definition)
    const storable = toStorableJson(given === undefined ? {} : given, this.#services.settings.maxContextBytes)
    if (!storable.ok) {
      throw new NotStorableError(`The context for ${task}`, storable.problem.path, storable.problem.problem)
    }
    const checked = await definition.context?.check(storable.value)
    if (checked && !checked.ok) throw new ContextInvalidError(task, checked.problems)
    return checked?.value ?? storable.value
  }

  async #storeDefinition(definition: TaskDefinition): Promise<void> {
    const key = `${fullNameOf(definition)}#${definition.hash}`
    if (this.#stored.has(key)) return
    await this.#services.store.registerDefinition(definition)
    this.#stored.add(key)
  }

  async #commit(definition: TaskDefinition, request: TaskRequest, context: unknown): Promise<TaskRecord> {
    const { journal, worker, publisher, clock } = this.#services
    const now = clock.now()
    const events = creationEvents(publisher, definition, request, context, new Date(now).toISOString())
    const taskId = publisher.ids.next()
    const state: FoldState = { task: undefined, steps: new Map() }
    events.forEach((event, index) => {
      foldEvent(state, taskId, event, { entry: 1, index })
    })
    const creation = new Creation(events, [...state.steps.values()], () => {
      // A worker with room claims what it creates in the creating commit, without the queue.
      const isClaimed = worker.room > 0 && state.task!.dueAt! <= new Date(now).toISOString()
      return { ...state.task!, ownerId: isClaimed ? worker.id : null, epoch: isClaimed ? 1 : 0, logEntry: 1 }
    })
    journal.enqueue(creation)
    const { task, logId } = await creation.done
    publisher.publishCommitted(taskId, logId, events)
    this.#haveItRun(task, creation.claimed())
    return task
  }

  #haveItRun(task: TaskRecord, claimed: ClaimedTask): void {
    const { worker, publisher, wakeUps, clock } = this.#services
    const subject = { taskId: task.id, correlationId: task.correlationId }
    publisher.publish('workflow.orchestration_requested', subject, () => ({ ...aboutTask(task), cause: 'created' }))
    worker.noteAnnounced(task.id)
    if (task.ownerId !== null) worker.adopt(claimed)
    else void wakeUps.enqueue(task, clock.now(), subject)
  }
}

/** One creation in the journal. */
class Creation implements JournalParticipant {
  readonly #events: readonly LogEvent[]
  readonly #steps: readonly StepRecord[]
  readonly #makeTask: () => TaskRecord
  readonly #done = Promise.withResolvers<{ task: TaskRecord; logId: string }>()
  #task: TaskRecord | undefined

  constructor(events: readonly LogEvent[], steps: readonly StepRecord[], makeTask: () => TaskRecord) {
    this.#events = events
    this.#steps = steps
    this.#makeTask = makeTask
  }

  get done(): Promise<{ task: TaskRecord; logId: string }> {
    return this.#done.promise
  }

  claimed(): ClaimedTask {
    return { task: this.#task!, steps: this.#steps, results: new Map(), previousOwnerId: null, queueWaitMs: 0 }
  }

  prepare(): TaskWrite {
    this.#task = this.#makeTask()
    const task = this.#task
    return { task, isNew: true, newSteps: this.#steps, changedSteps: [], events: this.#events, answers: [] }
  }

  committed(logId: string | undefined): void {
    this.#done.resolve({ task: this.#task!, logId: logId! })
  }

  lost(): void {
    this.#done.reject(new Error('a new task cannot be owned by another worker'))
  }

  refused(error: Error): void {
    this.#done.reject(error)
  }
}

function checkBypass(definition: TaskDefinition, bypassSteps: readonly string[]): void {
  const byName = new Map(definition.steps.map((step) => [step.name, step]))
  const unknown = bypassSteps.filter((name) => !byName.has(name))
  const unskippable = bypassSteps.filter((name) => byName.get(name)?.skippable === false)
  if (unknown.length + unskippable.length === 0) return
  const skippable = definition.steps.filter((step) => step.skippable).map((step) => step.name)
  throw new BypassRefusedError(fullNameOf(definition), unknown, unskippable, skippable)
}

function creationEvents(
  publisher: LifecyclePublisher,
  definition: TaskDefinition,
  request: TaskRequest,
  context: unknown,
  occurredAt: string,
): readonly LogEvent[] {
  const surrounding = currentContext()
  const id = publisher.ids.next()
  const correlationId = request.correlationId ?? surrounding?.correlationId ?? id
  const envelope = {
    schemaVersion: 1,
    occurredAt,
    correlationId,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  }
  const taskEvent: LogEvent = {
    ...envelope,
    id,
    name: 'task.initialize_requested',
    ...(surrounding?.causationId === undefined ? {} : { causationId: surrounding.causationId }),
    payload: taskPayload(definition, request, context, occurredAt),
  }
  return [
    taskEvent,
    ...stepPayloads(definition).map((payload): LogEvent => {
      const stepId = publisher.ids.next()
      const keyed = { ...payload, idempotencyKey: stepId }
      return {
        ...envelope,
        id: publisher.ids.next(),
        name: 'step.initialize_requested',
        causationId: id,
        stepId,
        payload: keyed,
      }
    }),
  ]
}

function taskPayload(definition: TaskDefinition, request: TaskRequest, context: unknown, occurredAt: string) {
  const runAt = request.runAt === undefined ? occurredAt : new Date(request.runAt).toISOString()
  const timeoutMs = request.timeoutMs ?? definition.timeoutMs
  return {
    namespace: definition.namespace,
    taskName: definition.name,
    version: definition.version,
    from: null,
    reason: request.reason ?? 'unknown',
    dueAt: runAt > occurredAt ? runAt : occurredAt,
    context,
    stepCount: definition.steps.length,
    priority: request.priority ?? 0,
    initiator: request.initiator ?? 'unknown',
    sourceSystem: request.sourceSystem ?? 'unknown',
    tags: [...(request.tags ?? [])],
    bypassSteps: [...(request.bypassSteps ?? [])],
    definitionHash: definition.hash,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(request.concurrencyKey === undefined ? {} : { concurrencyKey: request.concurrencyKey }),
  }
}

function stepPayloads(definition: TaskDefinition) {
  return definition.steps.map((step) => ({
    namespace: definition.namespace,
    taskName: definition.name,
    version: definition.version,
    stepName: step.name,
    attempt: 0,
    retryLimit: step.retryable ? step.retry.limit : 1,
    dependsOn: [...step.dependsOn],
    retryable: step.retryable,
    skippable: step.skippable,
    dependentSystem: step.dependentSystem,
    timeoutMs: step.timeoutMs,
  }))
}
