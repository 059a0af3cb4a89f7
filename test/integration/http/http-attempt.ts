import type { StepContext } from '../../../core/index.js'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** The context of one attempt, for handlers that are called without an engine. */
export function httpAttempt(more: Partial<StepContext> = {}): StepContext {
  return {
    context: {},
    results: {},
    taskId: 'task-1',
    stepId: 'step-1',
    stepName: 'call',
    namespace: 'default',
    taskName: 'calls',
    version: '1.0.0',
    attempt: 1,
    idempotencyKey: 'key-of-the-step',
    correlationId: 'correlation-1',
    handlerConfig: {},
    signal: new AbortController().signal,
    progress() {},
    log: silent,
    publish() {},
    publishNow() {},
    ...more,
  }
}

/** What a handler throws. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: string; details?: unknown }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}
