import type { Clock } from '../contracts/clock.js'
import type { RandomSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { Store } from '../contracts/store.js'
import type { StepContext, StepDefinition, TaskDefinition } from '../contracts/task-definition.js'
import type { ChildTasks } from './child-tasks.js'
import type { CommandAnswers } from './command-answers.js'
import type { DatabaseRetry } from './database-retry.js'
import type { DatabaseWatch } from './database-watch.js'
import type { HeldEvent } from './held-event.js'
import type { Journal } from './journal.js'
import type { LastChances } from './last-chances.js'
import type { LifecyclePublisher } from './lifecycle-publisher.js'
import type { SystemLimits } from './limits/system-limits.js'
import type { OrchestrationSettings } from './settings.js'
import type { WakeUps } from './wake-ups.js'

/** What all runners of a worker share. */
export interface RunnerServices {
  readonly workerId: string
  readonly store: Store
  readonly journal: Journal
  /** What waits for the database, and how that is done. */
  readonly databaseWatch: DatabaseWatch
  readonly databaseRetry: DatabaseRetry
  readonly publisher: LifecyclePublisher
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Logger
  readonly settings: OrchestrationSettings
  readonly wakeUps: WakeUps
  readonly answers: CommandAnswers
  readonly handlers: HandlerCaller
  readonly lastChances: LastChances
  readonly children: ChildTasks
  /** Of the systems that steps call. */
  readonly limits: SystemLimits
  /** The definition of a task, if this process has the code of its version. */
  findDefinition(task: {
    readonly namespace: string
    readonly name: string
    readonly version: string
  }): TaskDefinition | undefined
}

/** Calls handlers with the hooks around them, and knows the custom events. */
export interface HandlerCaller {
  /** Whether any hook may refuse a step: only then is it worth asking. */
  readonly hasRefusingHooks: boolean
  askBeforeExecute(context: StepContext): Promise<void>
  invoke(definition: StepDefinition, context: StepContext): Promise<unknown>
  checkCustomEvent(event: string | { readonly name: string }, payload: unknown): HeldEvent
  publishNow(event: string | { readonly name: string }, payload: unknown): void
}
