import type { EventPayloads } from '../event-catalogue.js'
import type { StepEventName } from '../step-events.js'
import { busy, ids, person, step } from './example-parts.js'

export const stepExamples: Pick<EventPayloads, StepEventName> = {
  'step.initialize_requested': {
    ...step,
    attempt: 0,
    dependsOn: ['load_order'],
    retryable: true,
    skippable: false,
    dependentSystem: 'gateway',
    timeoutMs: 30_000,
    idempotencyKey: ids.idempotencyKey,
    element: { of: 'charge', index: 0, item: { orderId: 7 } },
    branchOf: 'how_to_pay',
  },
  'step.execution_requested': { ...step, workerId: ids.worker, epoch: 1, childTaskId: ids.task },
  'step.before_handle': { ...step, inputs: { load_order: { total: 99.9 } } },
  'step.handle': { ...step, progress: 0.5, number: 1, message: 'asking the gateway' },
  'step.completed': { ...step, attempt: 2, results: { charged: 99.9 }, durationMs: 212 },
  'step.failed': { ...step, error: busy, durationMs: 180, willRetry: true },
  'step.retry_requested': {
    ...step,
    attempt: 1,
    reason: 'the gateway is busy',
    dueAt: '2025-06-01T10:00:01.180Z',
    actor: person,
    newKey: ids.idempotencyKey,
  },
  'step.cancelled': { ...step, reason: 'the customer changed their mind', actor: person, from: 'in_progress' },
  'step.resolved_manually': {
    ...step,
    how: 'by_person',
    reason: 'paid in cash',
    actor: person,
    results: { charged: 99.9 },
  },
  'step.before_transition': { ...step, from: 'in_progress', to: 'complete', transitionEvent: 'step.completed' },
}
