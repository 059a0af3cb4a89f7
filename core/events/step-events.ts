import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import { resolutionKinds } from './event-vocabularies.js'
import {
  aboutStep,
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

export type StepEventName =
  | 'step.initialize_requested'
  | 'step.execution_requested'
  | 'step.before_handle'
  | 'step.handle'
  | 'step.completed'
  | 'step.failed'
  | 'step.retry_requested'
  | 'step.cancelled'
  | 'step.resolved_manually'
  | 'step.before_transition'

const element = exactly({
  of: Type.String({ minLength: 1, description: 'Name of the step that runs once for each element.' }),
  index: Type.Integer({ minimum: 0, description: 'Place in the list, from 0.' }),
  item: Type.Unknown({ description: 'The element.' }),
})

/** The events of steps: one for each legal transition, the announcement of a transition, and the life of an attempt. */
export const stepEvents = eventFamily<StepEventName>()({
  'step.initialize_requested': {
    description: 'the step is created, `pending`, with its task or later by a fan-out',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({
      dependsOn: stepNames,
      retryable: Type.Boolean(),
      skippable: Type.Boolean(),
      dependentSystem: Type.String(),
      timeoutMs: milliseconds,
      idempotencyKey: nameText,
      element: Type.Optional(element),
      branchOf: Type.Optional(nameText),
    }),
  },
  'step.execution_requested': {
    description:
      '`pending` → `in_progress`: admitted, in the commit that made it ready or freed its place, before its handler is called',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({ workerId: uuid, epoch: count, childTaskId: Type.Optional(uuid) }),
  },
  'step.before_handle': {
    description: 'inputs are resolved, the handler is about to be called',
    firedBy: 'orchestration: step execution',
    durable: false,
    payload: aboutStep({ inputs: Type.Unknown() }),
  },
  'step.handle': {
    description: 'the handler was called (progress 0), and each time it reports progress',
    firedBy: 'orchestration: step execution',
    durable: false,
    payload: aboutStep({
      progress: Type.Number({ minimum: 0, maximum: 1 }),
      number: count,
      message: Type.Optional(Type.String()),
    }),
  },
  'step.completed': {
    description: 'the step enters `complete`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({ results: Type.Unknown(), durationMs: milliseconds }),
  },
  'step.failed': {
    description: 'an attempt ended in `error`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({ error: errorDescription, durationMs: milliseconds, willRetry: Type.Boolean() }),
  },
  'step.retry_requested': {
    description: '`error` → `pending`: with the failure that will be retried, or by a person',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({
      reason: Type.String(),
      dueAt: moment,
      actor: Type.Optional(actor),
      newKey: Type.Optional(nameText),
    }),
  },
  'step.cancelled': {
    description: 'the step enters `cancelled`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({ reason: Type.String(), actor, from: Type.Enum(['pending', 'in_progress']) }),
  },
  'step.resolved_manually': {
    description: 'the step enters `resolved_manually`',
    firedBy: 'orchestration: journal commit',
    durable: true,
    payload: aboutStep({
      how: Type.Enum(resolutionKinds),
      reason: Type.String(),
      actor,
      results: Type.Optional(Type.Unknown()),
    }),
  },
  'step.before_transition': {
    description: 'a step transition passed its guard and is handed to the journal',
    firedBy: 'orchestration: hand-over to the journal',
    durable: false,
    payload: aboutStep({ from: state, to: state, transitionEvent: nameText }),
  },
})
