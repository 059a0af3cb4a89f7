import 'reflect-metadata'

export { createTestTasker, type TestTaskerConfig } from './create-test-tasker.js'
export type { Faults } from './faults.js'
export type { Duration } from './parse-duration.js'
export type { RecordedEvents } from './recorded-events.js'
export type { TestRun, TestRunOptions, TestStep } from './test-run.js'
export type { TestClock, TestTasker } from './test-tasker.js'
