import type { Actor } from './actor.js'
import type { ExportRequest } from './exporter.js'
import type { StepContext } from './task-definition.js'
import type { CommandKind, TaskRequest } from './task-request.js'

/** What `beforeTaskCreate` sees: the request, its version resolved and its context with defaults filled in. */
export interface TaskCreation extends Required<Pick<TaskRequest, 'namespace' | 'name' | 'version' | 'context'>> {
  readonly request: TaskRequest
}

/** What people and programs can ask for: commands to tasks and steps, and what is about more than one task. */
export type IntentionKind =
  | CommandKind
  | 'task.rerun'
  | 'task_type.pause'
  | 'task_type.resume'
  | 'namespace.create'
  | 'namespace.update'
  | 'namespace.pause'
  | 'namespace.resume'
  | ScheduleCommandKind
  | SubscriptionCommandKind
  | ExportCommandKind
  | `dependent_system.${'create' | 'update' | 'link' | 'unlink'}`

/** What can be asked of schedules. */
export type ScheduleCommandKind = `schedule.${'create' | 'update' | 'pause' | 'resume' | 'remove' | 'trigger'}`

/** What can be asked of durable subscribers. */
export type SubscriptionCommandKind =
  `subscription.${'pause' | 'resume' | 'replay' | 'skip' | 'remove' | 'retry_dead_letters' | 'discard_dead_letters'}`

/** What can be asked of incremental exports. */
export type ExportCommandKind = `export.${'accept_loss' | 'forget'}`

/**
 * What a command is about: a task or one step of it; a task type, of which the version may be absent; a namespace; a schedule; a dependent
 * system; a durable subscriber; or an incremental export.
 */
export interface CommandSubject {
  readonly taskId?: string
  readonly stepName?: string
  readonly namespace?: string
  readonly taskName?: string
  readonly version?: string
  /** Its name. */
  readonly schedule?: string
  /** Its name. */
  readonly dependentSystem?: string
  /** Its name; `*` where dead letters of any are meant. */
  readonly subscription?: string
  /** Its name. */
  readonly export?: string
}

/** What `beforeCommand` sees: the place to authorise. */
export interface CommandIntention {
  readonly kind: IntentionKind
  readonly subject: CommandSubject
  readonly actor: Actor
  readonly reason: string
}

export interface StepOutcome {
  readonly outcome: 'complete' | 'error'
  readonly results?: unknown
  readonly error?: unknown
  readonly durationMs: number
}

/**
 * Points where a plugin takes part. Hooks are ordered by registration and awaited; those named `before…` refuse by throwing,
 * before anything is committed. They are not events: an event tells, a hook may say no.
 */
export interface HookMap {
  beforeTaskCreate(creation: TaskCreation): unknown
  beforeCommand(intention: CommandIntention): unknown
  beforeStepExecute(context: StepContext): unknown
  beforeExport(request: ExportRequest): unknown
  /** Wraps the handler: call `next()` and give its result, or give a result in its place without calling it; `null` for none. */
  aroundStepExecute(context: StepContext, next: () => Promise<unknown>): Promise<unknown>
  afterStepExecute(context: StepContext, outcome: StepOutcome): unknown
  onStart(): unknown
  onStop(): unknown
}

export type HookName = keyof HookMap

export interface HookOptions {
  /** Names the culprit in errors. Default: the plugin. */
  readonly owner?: string
  /**
   * Whether what it stands before must not happen without it. If it does not answer within `hooks.timeoutMs`, an essential hook
   * refuses, and is asked again each time; any other is passed over, and after some failures in a row not called for a while. Of
   * `aroundStepExecute`: whatever it throws fails the attempt, and only the time-out of the step limits it, as a transaction wants it.
   *
   * Default: true of `beforeCommand` and `beforeExport`, false of all else that a plugin adds; true of what the program itself adds.
   */
  readonly isEssential?: boolean
}

/** Where plugins add hooks. */
export interface Hooks {
  /**
   * Adds a hook. Gives a function that takes it away again.
   *
   * @param options or only the owner
   * @throws UnknownHookError
   * @example
   * hooks.add('beforeTaskCreate', ({ namespace }) => assertAllowed(namespace), { isEssential: true })
   */
  add<N extends HookName>(name: N, hook: HookMap[N], options?: string | HookOptions): () => void
}
