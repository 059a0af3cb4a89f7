import { currentContext } from '../bus/correlation-context.js'
import type { Actor } from '../contracts/actor.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import type { EventPayload } from '../events/event-catalogue.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { ParkedReason, RerunOf } from '../workflow/task-record.js'
import type { LifecyclePublisher } from './lifecycle-publisher.js'
import type { CarriedStep } from './people/rerun-plan.js'

/** Digits of a UUID of version 7 that its maker leaves to chance. */
const chanceDigits = 12

/** A task that is about to be created. */
export interface NewTask {
  readonly taskId: string
  readonly definition: TaskDefinition
  readonly request: TaskRequest
  /** Checked, its defaults filled in. */
  readonly context: unknown
  readonly occurredAt: string
  readonly child?: ChildPlace | undefined
  readonly identityHash?: string | undefined
  readonly concurrencyKey?: string | undefined
  /** It waits from the start. */
  readonly parked?: ParkedReason | undefined
  readonly rerun?: RerunFacts | undefined
}

/** Which task it runs again, and what it takes over of that. */
export interface RerunFacts {
  readonly of: RerunOf
  readonly steps: readonly CarriedStep[]
  readonly actor: Actor
  readonly reason: string
}

/** Where a task stands that is a step of another: under which id, and of what. */
export interface ChildPlace {
  readonly taskId: string
  readonly parentTaskId: string
  readonly parentStepId: string
  /** The event that admitted the step. */
  readonly causationId: string
}

/** The first events of a task: its own, and one for each step. All of its rows are made of them. */
export function creationEvents(publisher: LifecyclePublisher, task: NewTask): readonly LogEvent[] {
  const { taskId, definition, request, occurredAt, child, parked, rerun } = task
  const surrounding = currentContext()
  const id = publisher.ids.next()
  const correlationId = request.correlationId ?? surrounding?.correlationId ?? id
  const causationId = child?.causationId ?? surrounding?.causationId
  const envelope = {
    schemaVersion: 1,
    occurredAt,
    correlationId,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  }
  const payload = taskPayload(task)
  const taskEvent: LogEvent = {
    ...envelope,
    id,
    name: 'task.initialize_requested',
    ...(causationId === undefined ? {} : { causationId }),
    payload: parked === undefined && rerun === undefined ? payload : { ...payload, ...waiting(parked, rerun) },
  }
  const steps = createdSteps(taskId, definition)
  const created = rerun === undefined ? steps : [...steps, ...carriedSteps(steps, rerun)]
  return [
    taskEvent,
    ...created.map((each): LogEvent => ({ ...envelope, id: publisher.ids.next(), causationId: id, ...each })),
  ]
}

function waiting(parked: ParkedReason | undefined, rerun: RerunFacts | undefined) {
  return { ...(parked === undefined ? {} : { parked }), ...(rerun === undefined ? {} : { rerunOf: rerun.of }) }
}

type CreatedStep = Pick<LogEvent, 'name' | 'stepId' | 'payload'>

/** What says of steps that another task has done them. */
function carriedSteps(created: readonly CreatedStep[], { steps, actor, reason }: RerunFacts): readonly CreatedStep[] {
  const byName = new Map(created.map((step) => [(step.payload as CreatedPayload).stepName, step]))
  return steps.map(({ name, ...settled }) => {
    const { stepId, payload } = byName.get(name)!
    const { namespace, taskName, version, stepName, attempt, retryLimit } = payload as CreatedPayload
    const about = { namespace, taskName, version, stepName, attempt, retryLimit }
    return { name: 'step.resolved_manually', stepId: stepId!, payload: { ...about, ...settled, reason, actor } }
  })
}

type CreatedPayload = EventPayload<'step.initialize_requested'>

/** The results that a new task has from the start, by step; undefined if it has none. */
export function carriedResults(rerun: RerunFacts | undefined): ReadonlyMap<string, unknown> | undefined {
  if (rerun === undefined) return undefined
  return new Map(rerun.steps.flatMap(({ name, results }) => (results === undefined ? [] : [[name, results]])))
}

function taskPayload({ definition, request, context, occurredAt, child, identityHash, concurrencyKey }: NewTask) {
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
    ...(identityHash === undefined ? {} : { identityHash }),
    ...(concurrencyKey === undefined ? {} : { concurrencyKey }),
    ...(child === undefined ? {} : { parentTaskId: child.parentTaskId, parentStepId: child.parentStepId }),
  }
}

/** What the first events of the steps say that does not depend on when, by whom and for what the task is created. */
export function createdSteps(taskId: string, definition: TaskDefinition): readonly CreatedStep[] {
  return definition.steps.map((step, position) => {
    const stepId = stepIdOf(taskId, position)
    const payload = {
      namespace: definition.namespace,
      taskName: definition.name,
      version: definition.version,
      stepName: step.name,
      attempt: 0,
      retryLimit: step.retryable ? step.retry.limit : 1,
      dependsOn: step.dependsOn,
      retryable: step.retryable,
      skippable: step.skippable,
      dependentSystem: step.dependentSystem,
      timeoutMs: step.timeoutMs,
      idempotencyKey: stepId,
      ...(step.branchOf === undefined ? {} : { branchOf: step.branchOf }),
    }
    return { name: 'step.initialize_requested', stepId, payload }
  })
}

/**
 * The id of a step follows from that of its task and its place: the part that is left to chance, 48 bits, counted on. Whoever has the
 * definition of a task that has not begun knows its steps without reading them.
 */
export function stepIdOf(taskId: string, position: number): string {
  const chance = (Number.parseInt(taskId.slice(-chanceDigits), 16) + position + 1) % 16 ** chanceDigits
  return taskId.slice(0, -chanceDigits) + chance.toString(16).padStart(chanceDigits, '0')
}
