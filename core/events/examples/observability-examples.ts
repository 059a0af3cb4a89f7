import type { EventPayloads } from '../event-catalogue.js'
import type { ObservabilityEventName } from '../observability-events.js'
import { declined, ids, step, task } from './example-parts.js'

export const observabilityExamples: Pick<EventPayloads, ObservabilityEventName> = {
  'observability.task.enqueue': { ...task, queue: 'memory', delayMs: 1000, priority: 0 },
  'observability.task.handle': {
    ...task,
    runId: ids.run,
    durationMs: 240,
    queueWaitMs: 12,
    stepsRun: 3,
    outcome: 'complete',
  },
  'observability.task.finalize': { ...task, durationMs: 0.4, decision: 'complete' },
  'observability.step.find_viable': { ...task, durationUs: 18, examined: 3, found: 1 },
  'observability.step.handle': {
    ...step,
    durationMs: 180,
    waitMs: 3,
    commitMs: 2,
    resultBytes: 16,
    outcome: 'complete',
  },
  'observability.step.backoff': {
    ...step,
    delayMs: 1000,
    strategy: 'list',
    dueAt: '2025-06-01T10:00:01.180Z',
  },
  'observability.step.skip': { ...step, reason: 'bypassed by the request' },
  'observability.step.max_retries_reached': { ...step, attempt: 3, error: declined },
}
