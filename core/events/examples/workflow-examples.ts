import type { EventPayloads } from '../event-catalogue.js'
import type { WorkflowEventName } from '../workflow-events.js'
import { busy, ids, step, task } from './example-parts.js'

const dueAt = '2025-06-01T10:00:01.180Z'

export const workflowExamples: Pick<EventPayloads, WorkflowEventName> = {
  'workflow.orchestration_requested': { ...task, cause: 'created' },
  'workflow.task_started': {
    ...task,
    runId: ids.run,
    workerId: ids.worker,
    epoch: 1,
    resumed: false,
    totalSteps: 3,
  },
  'workflow.viable_steps_discovered': { ...task, stepNames: ['load_order'], stepCount: 1 },
  'workflow.no_viable_steps': { ...task, reason: 'retry_backoff', blockedSteps: [], nextDueAt: dueAt },
  'workflow.viable_steps_batch_ready': { ...task, stepNames: ['load_order'], batchSize: 1, concurrencyLimit: 16 },
  'workflow.steps_execution_started': { ...task, batchId: ids.batch, stepNames: ['load_order'] },
  'workflow.steps_execution_completed': { ...task, batchId: ids.batch, succeeded: 1, failed: 0, durationMs: 14 },
  'workflow.step_completed': { ...step, attempt: 2, remainingSteps: 1, newlyReady: ['confirm'] },
  'workflow.step_failed': { ...step, willRetry: true, nextAttemptAt: dueAt, blockedSteps: [] },
  'workflow.step_execution_failed': {
    ...step,
    error: {
      name: 'StepHandlerNotFoundError',
      message: 'payments.process_order@2.1.0 has no handler for its step charge',
      category: 'runtime',
      retryable: false,
    },
  },
  'workflow.task_finalization_started': { ...task, runId: ids.run, executionStatus: 'all_complete' },
  'workflow.task_finalization_completed': {
    ...task,
    runId: ids.run,
    decision: 'wait',
    state: 'pending',
    reason: 'retry_backoff',
  },
  'workflow.task_completed': {
    ...task,
    runId: ids.run,
    durationMs: 240,
    criticalPath: ['load_order', 'charge', 'confirm'],
  },
  'workflow.task_failed': { ...task, runId: ids.run, failedSteps: ['charge'] },
  'workflow.task_reenqueue_started': { ...task, reason: 'retry_backoff' },
  'workflow.task_reenqueue_requested': { ...task, reason: 'ready_steps_available', queue: 'memory' },
  'workflow.task_reenqueue_delayed': { ...task, reason: 'retry_backoff', dueAt, delayMs: 1000 },
  'workflow.task_reenqueue_failed': { ...task, reason: 'retry_backoff', error: busy },
  'workflow.task_state_unclear': { ...task, finding: 'its owner is gone', action: 'reclaimed' },
}
