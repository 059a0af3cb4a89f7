import type { TaskState } from '../workflow/state-machines.js'
import type { CommandKind, CommandOptions } from './task-request.js'

/** How many things are done at once. */
export interface BulkOptions extends CommandOptions {
  /** Only says what would be done. Default false. */
  readonly dryRun?: boolean
  /** Has to be true where the filter says nothing: then all is meant. */
  readonly all?: boolean
  /** Ends it after those under way; the report then has `isWhole: false`. */
  readonly signal?: AbortSignal
  /** Called after each with what has been done so far. */
  readonly onProgress?: (progress: BulkProgress) => void
}

export interface BulkProgress {
  /** How many fit the filter, as far as it has looked. */
  readonly matched: number
  readonly done: number
  readonly refused: number
}

/** A task, or a step of one, that fits the filter, and what became of it. */
export interface BulkItem {
  readonly taskId: string
  /** Name of the step; absent where it is about the task. */
  readonly step?: string
  readonly namespace: string
  readonly name: string
  readonly version: string
  /** Of the task, or of the step where it is about one, before anything was done. */
  readonly state: TaskState
  /** `planned`: by a dry run, or not come to. */
  readonly outcome: 'planned' | 'done' | 'refused'
  /** Why it was refused. */
  readonly error?: { readonly code: string; readonly message: string }
}

/** What a command for many did, or would do. */
export interface BulkReport extends BulkProgress {
  readonly kind: CommandKind
  readonly isDryRun: boolean
  /** False where it ended early: by its signal, or because the database was away. */
  readonly isWhole: boolean
  /** The newest tasks first. */
  readonly items: readonly BulkItem[]
}
