import type { DefinedTask } from '../contracts/task-definition.js'
import type { TaskRequestOptions } from '../contracts/task-request.js'
import type { ResultsOf } from '../definition/task-chain.js'
import type { TaskState } from '../workflow/state-machines.js'
import type { StepView, TaskView } from '../workflow/task-record.js'
import type { RecordedEvents } from './recorded-events.js'

/** A step of a finished test run. */
export interface TestStep<Results = unknown> extends Omit<StepView, 'results'> {
  /** What it returned, typed as its dependents receive it; null where it has not completed. */
  readonly results: Results
}

type StepsOf<T> = [unknown] extends [ResultsOf<T>]
  ? Readonly<Record<string, TestStep>>
  : { readonly [K in keyof ResultsOf<T>]: TestStep<ResultsOf<T>[K]> }

/** A task that a test ran, as it stood at the end. */
export interface TestRun<T = DefinedTask> {
  readonly id: string
  readonly state: TaskState
  readonly task: TaskView
  /** By name. */
  readonly steps: StepsOf<T>
  /** What was published about this task. */
  readonly events: RecordedEvents
}

export interface TestRunOptions extends Omit<TaskRequestOptions, 'context'> {
  /** How long the run may take, in milliseconds of real time. Default 10 000. It is not the time-out of the task. */
  readonly giveUpAfterMs?: number
}

export function toTestRun<T>(task: TaskView, events: RecordedEvents): TestRun<T> {
  const steps = Object.fromEntries(task.steps.map((step) => [step.name, step]))
  return { id: task.id, state: task.state, task, steps: steps as unknown as StepsOf<T>, events }
}
