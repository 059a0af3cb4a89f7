import 'reflect-metadata'

export { eventExamples } from '../events/examples/event-examples.js'
export type { AttemptFault, AttemptJudge, BegunAttempt } from './attempt-faults.js'
export { type CalledStep, type CallStepInputs, callStep } from './call-step.js'
export { createTestTasker } from './create-test-tasker.js'
export type { EventJudge, Faults, FaultTimes } from './faults.js'
export type { Duration } from './parse-duration.js'
export {
  type QueueConformanceCase,
  type QueueConformanceOptions,
  type QueueUnderTest,
  queueConformance,
} from './queue-conformance.js'
export type { RecordedEvents, WaitForOptions } from './recorded-events.js'
export type { FaultKind } from './simulation/faults-to-try.js'
export { type SimulateOptions, simulate } from './simulation/simulate.js'
export type { SimulatedRun } from './simulation/simulate-once.js'
export type { SimulationFailure, SimulationReport } from './simulation/simulation-report.js'
export type { SentStatement, StatementFault, StatementJudge } from './statement-faults.js'
export type { TestRun, TestRunOptions, TestStep } from './test-run.js'
export type { TestClock, TestTasker } from './test-tasker.js'
export type { TestTaskerConfig } from './test-tasker-config.js'
