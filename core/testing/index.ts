import 'reflect-metadata'

export { createTestTasker, type TestTaskerConfig } from './create-test-tasker.js'
export type { Faults } from './faults.js'
export type { Duration } from './parse-duration.js'
export {
  type QueueConformanceCase,
  type QueueConformanceOptions,
  type QueueUnderTest,
  queueConformance,
} from './queue-conformance.js'
export type { RecordedEvents } from './recorded-events.js'
export type { SentStatement, StatementFault, StatementJudge } from './statement-faults.js'
export type { TestRun, TestRunOptions, TestStep } from './test-run.js'
export type { TestClock, TestTasker } from './test-tasker.js'
