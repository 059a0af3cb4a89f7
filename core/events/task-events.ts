import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import {
  aboutTask,
  actor,
  count,
  errorDescription,
  exactly,
  milliseconds,
  moment,
  nameText,
  state,
  stepNames,
  uuid,
} from './payload-parts.js'

export type TaskEventName =
  | 'task.initialize_requested'
  | 'task.start_requested'
  | 'task.completed'
  | 'task.failed'
  | 'task.retry_requested'
  | 'task.cancelled'
  | 'task.resolved_manually'
  | 'task.before_transition'

const waiting = {
  reason: Type.String(),
  dueAt: Type.Optional(moment),
  parked: Type.Optional(nameText),
}

const rerun = exactly({
  taskId: Type.String({ format: 'uuid', description: 'The task that ran before.' }),
  from: Type.Array(nameText, { description: 'The steps that run again, with all that depends on them.' }),
})

/** The task came into being. */
const created = aboutTask({
  from: Type.Null(),
  ...waiting,
  context: Type.Unknown(),
  stepCount: count,
  priority: Type.Integer(),
  timeoutMs: Type.Optional(milliseconds),
  initiator: Type.String(),
  sourceSystem: Type.String(),
  tags: Type.Array(Type.String()),
  identityHash: Type.Optional(Type.String()),
  bypassSteps: Type.Optional(stepNames),
  concurrencyKey: Type.Optional(Type.String()),
  definitionHash: nameText,
  parentTaskId: Type.Optional(uuid),
  parentStepId: Type.Optional(uuid),
  rerunOf: Type.Optional(rerun),
})

/** The task was set back to wait. */
const setBack = aboutTask({ from: Type.Literal('in_progress'), ...waiting })

/** The events of tasks: one for each legal transition, and the announcement of a transition. */
export const taskEvents = eventFamily<TaskEventName>()({
  'task.initialize_requested': {
    description: 'the task enters `pending`: created, or set back from `in_progress` to wait',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: Type.Union([created, setBack]),
  },
  'task.start_requested': {
    description: '`pending` → `in_progress`: claimed',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({ workerId: uuid, epoch: count }),
  },
  'task.completed': {
    description: 'the task enters `complete`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({ stepCount: count, completedSteps: count, skippedSteps: count, durationMs: milliseconds }),
  },
  'task.failed': {
    description: 'the task enters `error`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({
      error: errorDescription,
      failedSteps: stepNames,
      blockedSteps: stepNames,
      durationMs: milliseconds,
    }),
  },
  'task.retry_requested': {
    description: '`error` → `pending`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({ reason: Type.String(), actor, retriedSteps: stepNames }),
  },
  'task.cancelled': {
    description: 'the task enters `cancelled`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({
      reason: Type.String(),
      actor,
      from: Type.Enum(['pending', 'in_progress', 'error']),
      interruptedSteps: stepNames,
    }),
  },
  'task.resolved_manually': {
    description: 'the task enters `resolved_manually`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutTask({ reason: Type.String(), actor }),
  },
  'task.before_transition': {
    description: 'a task transition passed its guard and is handed to the journal',
    firedBy: 'orchestration: hand-over to the journal',
    durable: false,
    payload: aboutTask({ from: state, to: state, transitionEvent: nameText }),
  },
})
