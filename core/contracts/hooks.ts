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
  | `dependent_system.${'create' | 'update' | 'link' | 'unlink'}`

/** What can be asked of schedules. */
export type ScheduleCommandKind = `schedule.${'create' | 'update' | 'pause' | 'resume' | 'remove' | 'trigger'}`

/** What a command is about: a task or one step of it; a task type, of which the version may be absent; a namespace; a schedule; or a dependent system. */
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
  /** Wraps the handler: call `next()` and give its result. */
  aroundStepExecute(context: StepContext, next: () => Promise<unknown>): Promise<unknown>
  afterStepExecute(context: StepContext, outcome: StepOutcome): unknown
  onStart(): unknown
  onStop(): unknown
}

export type HookName = keyof HookMap

/** Where plugins add hooks. */
export interface Hooks {
  /** Adds a hook for its plugin; `owner` names the culprit in errors. Gives a function that takes it away again. */
  add<N extends HookName>(name: N, hook: HookMap[N], owner?: string): () => void
}
