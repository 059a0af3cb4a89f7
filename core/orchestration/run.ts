import type { RandomSource } from '../contracts/id-source.js'
import type { ClaimedTask } from '../contracts/store.js'
import type { TaskRecord } from '../workflow/task-record.js'
import type { ChildTasks } from './child-tasks.js'
import type { CommandAnswers } from './command-answers.js'
import type { RunnerServices } from './runner-services.js'
import type { OrchestrationSettings } from './settings.js'
import { StepBatches } from './step-batches.js'
import type { WakeUps } from './wake-ups.js'

/** The facts of one run of a task by a worker, shared by its phases. */
export interface Run {
  readonly runId: string
  readonly workerId: string
  readonly epoch: number
  /** When the worker took it up, in milliseconds of the clock's monotonic time. */
  readonly startedAt: number
  readonly queueWaitMs: number
  /** Why no live worker serves the task: it was claimed only to be parked. */
  readonly unserved: ClaimedTask['unserved']
  readonly wakeUps: WakeUps
  readonly answers: CommandAnswers
  readonly children: ChildTasks
  readonly settings: OrchestrationSettings
  readonly random: RandomSource
  readonly batches: StepBatches
  /** Attempts admitted in this run. */
  stepsRun: number
  /** No more steps are admitted: the worker is stopping. */
  isDraining: boolean
  /** The time of the whole task is up. */
  isTimedOut: boolean
  /** No more steps are admitted: its namespace or type is paused. */
  isHeld: boolean
  /** What it could run waits for limits, and had better wait without an owner until then; in milliseconds since 1970. */
  limitedUntil: number | undefined
}

/** Whether nothing more of the task is to begin now: it is paused, by itself or with its namespace or type. */
export function isPaused({ pausedAt }: TaskRecord, { isHeld }: Run): boolean {
  return isHeld || pausedAt !== null
}

/** The run that a claim begins. */
export function beginRun(
  { publisher, workerId, wakeUps, answers, children, settings, random, clock }: RunnerServices,
  claimed: ClaimedTask,
): Run {
  return {
    runId: publisher.ids.next(),
    workerId,
    epoch: claimed.task.epoch,
    startedAt: clock.monotonic(),
    queueWaitMs: Math.max(0, claimed.queueWaitMs),
    unserved: claimed.unserved,
    wakeUps,
    answers,
    children,
    settings,
    random,
    batches: new StepBatches(),
    stepsRun: 0,
    isDraining: false,
    isTimedOut: false,
    isHeld: false,
    limitedUntil: undefined,
  }
}
