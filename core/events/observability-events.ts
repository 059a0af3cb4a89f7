import { Type } from 'typebox'
import { eventFamily } from './event-definition.js'
import { backoffStrategies, decisions, outcomes } from './event-vocabularies.js'
import { aboutStep, aboutTask, count, errorDescription, milliseconds, moment, nameText, uuid } from './payload-parts.js'

export type ObservabilityEventName =
  | 'observability.task.enqueue'
  | 'observability.task.handle'
  | 'observability.task.finalize'
  | 'observability.step.find_viable'
  | 'observability.step.handle'
  | 'observability.step.backoff'
  | 'observability.step.skip'
  | 'observability.step.max_retries_reached'

/** Measurements, so that metrics and traces need no bookkeeping of their own. None is durable. */
export const observabilityEvents = eventFamily<ObservabilityEventName>()({
  'observability.task.enqueue': {
    description: 'a task was put on the queue',
    firedBy: 'orchestration: queue',
    durable: false,
    payload: aboutTask({ queue: nameText, delayMs: milliseconds, priority: Type.Integer() }),
  },
  'observability.task.handle': {
    description: 'a run of a task by a worker ended',
    firedBy: 'orchestration: task run',
    durable: false,
    payload: aboutTask({
      runId: uuid,
      durationMs: milliseconds,
      queueWaitMs: milliseconds,
      stepsRun: count,
      outcome: Type.Enum(outcomes),
    }),
  },
  'observability.task.finalize': {
    description: 'a finalisation ended',
    firedBy: 'orchestration: finalisation',
    durable: false,
    payload: aboutTask({ durationMs: milliseconds, decision: Type.Enum(decisions) }),
  },
  'observability.step.find_viable': {
    description: 'a search for ready steps ended',
    firedBy: 'orchestration: search for ready steps',
    durable: false,
    payload: aboutTask({ durationUs: Type.Number({ minimum: 0 }), examined: count, found: count }),
  },
  'observability.step.handle': {
    description: 'an attempt ended',
    firedBy: 'orchestration: step execution',
    durable: false,
    payload: aboutStep({
      durationMs: milliseconds,
      waitMs: milliseconds,
      commitMs: milliseconds,
      resultBytes: count,
      outcome: Type.Enum(outcomes),
    }),
  },
  'observability.step.backoff': {
    description: 'a backoff was computed',
    firedBy: 'orchestration: retry',
    durable: false,
    payload: aboutStep({ delayMs: milliseconds, strategy: Type.Enum(backoffStrategies), dueAt: moment }),
  },
  'observability.step.skip': {
    description: 'a step was bypassed or skipped',
    firedBy: 'orchestration: skipping',
    durable: false,
    payload: aboutStep({ reason: Type.String() }),
  },
  'observability.step.max_retries_reached': {
    description: 'the last allowed attempt failed',
    firedBy: 'orchestration: retry',
    durable: false,
    payload: aboutStep({ error: errorDescription }),
  },
})
