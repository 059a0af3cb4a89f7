import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import {
  decisions,
  executionStatuses,
  orchestrationCauses,
  recoveryActions,
  workflowReasons,
} from './event-vocabularies.js'
import {
  aboutStep,
  aboutTask,
  count,
  errorDescription,
  milliseconds,
  moment,
  nameText,
  state,
  stepNames,
  uuid,
} from './payload-parts.js'

export type WorkflowEventName =
  | 'workflow.orchestration_requested'
  | 'workflow.task_started'
  | 'workflow.viable_steps_discovered'
  | 'workflow.no_viable_steps'
  | 'workflow.viable_steps_batch_ready'
  | 'workflow.steps_execution_started'
  | 'workflow.steps_execution_completed'
  | 'workflow.step_completed'
  | 'workflow.step_failed'
  | 'workflow.step_execution_failed'
  | 'workflow.task_finalization_started'
  | 'workflow.task_finalization_completed'
  | 'workflow.task_completed'
  | 'workflow.task_failed'
  | 'workflow.task_reenqueue_started'
  | 'workflow.task_reenqueue_requested'
  | 'workflow.task_reenqueue_delayed'
  | 'workflow.task_reenqueue_failed'
  | 'workflow.task_state_unclear'

const reason = Type.Enum(workflowReasons)

/** The events of orchestration: runs, batches of ready steps, finalisation, re-enqueueing. None is durable. */
export const workflowEvents = eventFamily<WorkflowEventName>()({
  'workflow.orchestration_requested': {
    description: 'somebody or something asks for a task to run',
    firedBy: 'orchestration: request to run',
    durable: false,
    payload: aboutTask({ cause: Type.Enum(orchestrationCauses) }),
  },
  'workflow.task_started': {
    description: 'a worker begins a run of a task',
    firedBy: 'orchestration: task run',
    durable: false,
    payload: aboutTask({ runId: uuid, workerId: uuid, epoch: count, resumed: Type.Boolean(), totalSteps: count }),
  },
  'workflow.viable_steps_discovered': {
    description: 'steps became ready',
    firedBy: 'orchestration: search for ready steps',
    durable: false,
    payload: aboutTask({ stepNames, stepCount: count }),
  },
  'workflow.no_viable_steps': {
    description: 'unfinished steps remain and none is ready',
    firedBy: 'orchestration: search for ready steps',
    durable: false,
    payload: aboutTask({ reason, blockedSteps: stepNames, nextDueAt: Type.Optional(moment) }),
  },
  'workflow.viable_steps_batch_ready': {
    description: 'ready steps were admitted within the concurrency limits',
    firedBy: 'orchestration: admission',
    durable: false,
    payload: aboutTask({ stepNames, batchSize: count, concurrencyLimit: count }),
  },
  'workflow.steps_execution_started': {
    description: 'an admitted batch begins',
    firedBy: 'orchestration: batch execution',
    durable: false,
    payload: aboutTask({ batchId: uuid, stepNames }),
  },
  'workflow.steps_execution_completed': {
    description: 'every step of that batch has settled',
    firedBy: 'orchestration: batch execution',
    durable: false,
    payload: aboutTask({ batchId: uuid, succeeded: count, failed: count, durationMs: milliseconds }),
  },
  'workflow.step_completed': {
    description: 'a committed success was applied to the graph',
    firedBy: 'orchestration: task graph',
    durable: false,
    payload: aboutStep({ remainingSteps: count, newlyReady: stepNames }),
  },
  'workflow.step_failed': {
    description: 'a committed failure was applied to the graph',
    firedBy: 'orchestration: task graph',
    durable: false,
    payload: aboutStep({
      willRetry: Type.Boolean(),
      nextAttemptAt: Type.Optional(moment),
      blockedSteps: stepNames,
    }),
  },
  'workflow.step_execution_failed': {
    description: 'the engine, not the handler, could not run a step: no handler, result not storable, lost ownership',
    firedBy: 'orchestration: step execution',
    durable: false,
    payload: aboutStep({ error: errorDescription }),
  },
  'workflow.task_finalization_started': {
    description: 'nothing is left to run now, the outcome is being decided',
    firedBy: 'orchestration: finalisation',
    durable: false,
    payload: aboutTask({ runId: uuid, executionStatus: Type.Enum(executionStatuses) }),
  },
  'workflow.task_finalization_completed': {
    description: 'the outcome is decided and committed',
    firedBy: 'orchestration: finalisation',
    durable: false,
    payload: aboutTask({ runId: uuid, decision: Type.Enum(decisions), state, reason: Type.Optional(reason) }),
  },
  'workflow.task_completed': {
    description: 'a run ended with the task complete',
    firedBy: 'orchestration: task run',
    durable: false,
    payload: aboutTask({ runId: uuid, durationMs: milliseconds, criticalPath: stepNames }),
  },
  'workflow.task_failed': {
    description: 'a run ended with the task in error',
    firedBy: 'orchestration: task run',
    durable: false,
    payload: aboutTask({ runId: uuid, failedSteps: stepNames }),
  },
  'workflow.task_reenqueue_started': {
    description: 'the task must run again, re-enqueueing begins',
    firedBy: 'orchestration: re-enqueueing',
    durable: false,
    payload: aboutTask({ reason }),
  },
  'workflow.task_reenqueue_requested': {
    description: 're-enqueued to run now',
    firedBy: 'orchestration: re-enqueueing',
    durable: false,
    payload: aboutTask({ reason, queue: nameText }),
  },
  'workflow.task_reenqueue_delayed': {
    description: 're-enqueued to run later',
    firedBy: 'orchestration: re-enqueueing',
    durable: false,
    payload: aboutTask({ reason, dueAt: moment, delayMs: milliseconds }),
  },
  'workflow.task_reenqueue_failed': {
    description: 're-enqueueing failed',
    firedBy: 'orchestration: re-enqueueing',
    durable: false,
    payload: aboutTask({ reason, error: errorDescription }),
  },
  'workflow.task_state_unclear': {
    description: 'stored state contradicts itself or its owner is gone: recovery and the sweeper',
    firedBy: 'orchestration: recovery and the sweeper',
    durable: false,
    payload: aboutTask({ finding: Type.String(), action: Type.Enum(recoveryActions) }),
  },
})
