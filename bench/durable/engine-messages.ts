import type { EngineSettings } from './engine.js'

/** What the runner asks of an engine's process, one after the other. */
export type EngineRequest =
  | { readonly ask: 'open'; readonly module: string; readonly settings: EngineSettings }
  /** Begins to count anew. */
  | { readonly ask: 'reset' }
  /** Creates tasks at once. How many have ended is told as they end. */
  | { readonly ask: 'create'; readonly tasks: number }
  /** Runs tasks one after the other. */
  | { readonly ask: 'one'; readonly times: number }
  /** What was used since the reset. */
  | { readonly ask: 'usage' }
  | { readonly ask: 'close' }

/** Told unasked, a moment after tasks have ended. */
export interface EngineProgress {
  readonly kind: 'progress'
  /** Since the reset. */
  readonly tasksEnded: number
  /** When the last of them ended, by the clock that all processes of a machine share, in milliseconds. */
  readonly at: number
}

export interface EngineAnswer {
  readonly kind: 'answer'
  readonly error?: string
  /** Of this process since the reset, user and system. */
  readonly cpuMs: number
  /** Highest resident memory since the process began. */
  readonly peakRssMb: number
  readonly stepsRan: number
  /** How long each of the tasks took that ran one after the other. */
  readonly latenciesMs: readonly number[]
}
