import type { EventPayloads } from '../event-catalogue.js'
import type { TaskEventName } from '../task-events.js'
import { declined, hash, ids, person, task } from './example-parts.js'

export const taskExamples: Pick<EventPayloads, TaskEventName> = {
  'task.initialize_requested': {
    ...task,
    from: null,
    reason: 'order 7 was placed',
    context: { orderId: 7, customer: 'Grace' },
    stepCount: 3,
    priority: 0,
    timeoutMs: 600_000,
    initiator: 'web shop',
    sourceSystem: 'shop',
    tags: ['express'],
    identityHash: hash,
    bypassSteps: ['send_newsletter'],
    concurrencyKey: 'customer-42',
    definitionHash: hash,
    parentTaskId: ids.parentTask,
    parentStepId: ids.parentStep,
  },
  'task.start_requested': { ...task, workerId: ids.worker, epoch: 1 },
  'task.completed': { ...task, stepCount: 3, completedSteps: 2, skippedSteps: 1, durationMs: 1240 },
  'task.failed': { ...task, error: declined, failedSteps: ['charge'], blockedSteps: ['confirm'], durationMs: 860 },
  'task.retry_requested': { ...task, reason: 'the customer has a new card', actor: person, retriedSteps: ['charge'] },
  'task.cancelled': {
    ...task,
    reason: 'the customer changed their mind',
    actor: person,
    from: 'in_progress',
    interruptedSteps: ['charge'],
  },
  'task.resolved_manually': { ...task, reason: 'paid in cash', actor: person },
  'task.before_transition': { ...task, from: 'in_progress', to: 'complete', transitionEvent: 'task.completed' },
}
