// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { ErrorDescription } from './shared-payloads.js'

/** The payloads of the events of the family observability, by name. */
export interface ObservabilityPayloads {
  /** A task was put on the queue. On the bus only. */
  'observability.task.enqueue': ObservabilityTaskEnqueuePayload
  /** A run of a task by a worker ended. On the bus only. */
  'observability.task.handle': ObservabilityTaskHandlePayload
  /** A finalisation ended. On the bus only. */
  'observability.task.finalize': ObservabilityTaskFinalizePayload
  /** A search for ready steps ended. On the bus only. */
  'observability.step.find_viable': ObservabilityStepFindViablePayload
  /** An attempt ended. On the bus only. */
  'observability.step.handle': ObservabilityStepHandlePayload
  /** A backoff was computed. On the bus only. */
  'observability.step.backoff': ObservabilityStepBackoffPayload
  /** A step was bypassed or skipped. On the bus only. */
  'observability.step.skip': ObservabilityStepSkipPayload
  /** The last allowed attempt failed. On the bus only. */
  'observability.step.max_retries_reached': ObservabilityStepMaxRetriesReachedPayload
}

/** The payload of `observability.task.enqueue`. */
export type ObservabilityTaskEnqueuePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the queue. */
  queue: string
  /** How long until then, in milliseconds. */
  delayMs: number
  /** The higher goes first. */
  priority: number
}

/** The payload of `observability.task.handle`. */
export type ObservabilityTaskHandlePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** The run: what happens between a claim of the task and its release. */
  runId: string
  /** How long it took, in milliseconds. */
  durationMs: number
  /** How long the task had waited when the run began, in milliseconds. */
  queueWaitMs: number
  /** How many attempts the run made. */
  stepsRun: number
  /** How it ended. */
  outcome: 'complete' | 'error' | 'waiting' | 'parked' | 'lost' | 'cancelled'
}

/** The payload of `observability.task.finalize`. */
export type ObservabilityTaskFinalizePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** How long it took, in milliseconds. */
  durationMs: number
  /** What was decided to do with the task. */
  decision: 'complete' | 'error' | 'wait' | 'park' | 'release'
}

/** The payload of `observability.step.find_viable`. */
export type ObservabilityStepFindViablePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** How long it took, in microseconds. */
  durationUs: number
  /** How many steps were looked at. */
  examined: number
  /** How many steps were ready. */
  found: number
}

/** The payload of `observability.step.handle`. */
export type ObservabilityStepHandlePayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** How long it took, in milliseconds. */
  durationMs: number
  /** How long the step had been ready when its handler was called, in milliseconds. */
  waitMs: number
  /** How long it took to store the outcome, in milliseconds. */
  commitMs: number
  /** Size of the result as JSON, in bytes. */
  resultBytes: number
  /** How it ended. */
  outcome: 'complete' | 'error' | 'waiting' | 'parked' | 'lost' | 'cancelled'
}

/** The payload of `observability.step.backoff`. */
export type ObservabilityStepBackoffPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** How long until then, in milliseconds. */
  delayMs: number
  /** How the delay was found. */
  strategy: 'list' | 'exponential' | 'server_requested'
  /** When it is to run. Absent: now. */
  dueAt: string
}

/** The payload of `observability.step.skip`. */
export type ObservabilityStepSkipPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** Why. */
  reason: string
}

/** The payload of `observability.step.max_retries_reached`. */
export type ObservabilityStepMaxRetriesReachedPayload = {
  /** Namespace of the task. */
  namespace: string
  /** Name of the task. */
  taskName: string
  /** Version of the definition. */
  version: string
  /** Name of the step; of an element of a list `notify[0]`. */
  stepName: string
  /** Which call of the handler it is, from 1; 0 before the first one. */
  attempt: number
  /** Most attempts of the step. */
  retryLimit: number
  /** What went wrong. */
  error: ErrorDescription
}
