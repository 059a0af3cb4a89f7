import type { RandomSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { Decision } from '../events/event-vocabularies.js'
import type { OrchestrationSettings } from './settings.js'
import type { StepBatches } from './step-batches.js'
import type { WakeUps } from './wake-ups.js'

/** The facts of one run of a task by a worker, shared by its phases. */
export interface Run {
  readonly runId: string
  readonly workerId: string
  readonly epoch: number
  /** When the worker took it up, by the clock's monotonic time in milliseconds. */
  readonly startedAt: number
  readonly queueWaitMs: number
  readonly wakeUps: WakeUps
  readonly settings: OrchestrationSettings
  readonly random: RandomSource
  readonly log: Logger
  readonly batches: StepBatches
  /** Attempts admitted in this run. */
  stepsRun: number
  /** No more steps are admitted: the worker is stopping. */
  isDraining: boolean
  /** What the finalisation decided, once it has. */
  decision: Decision | undefined
}

/** Who the engine is, where an event asks for an actor. */
export const engineActor = { id: 'tasker', kind: 'system' } as const
