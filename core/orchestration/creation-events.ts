import { createHash } from 'node:crypto'
import { currentContext } from '../bus/correlation-context.js'
import type { TaskDefinition } from '../contracts/task-definition.js'
import type { TaskRequest } from '../contracts/task-request.js'
import type { LogEvent } from '../workflow/log-entry.js'
import type { LifecyclePublisher } from './lifecycle-publisher.js'

/** The first events of a task: its own, and one for each step. All of its rows are made of them. */
export function creationEvents(
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
    ...(request.identity === undefined ? {} : { identityHash: identityHash(definition, request.identity) }),
    ...(request.concurrencyKey === undefined ? {} : { concurrencyKey: request.concurrencyKey }),
  }
}

/** Covers namespace, name and version: the same identity means another thing for another kind of task. */
function identityHash({ namespace, name, version }: TaskDefinition, identity: string): string {
  return createHash('sha256')
    .update(JSON.stringify([namespace, name, version, identity]))
    .digest('hex')
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
