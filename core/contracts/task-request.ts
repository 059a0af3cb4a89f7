import type { Actor } from './actor.js'

/** What a caller may say of a new task besides its kind. */
export interface TaskRequestOptions {
  readonly context?: unknown
  /** Who or what asks for it. */
  readonly initiator?: string
  readonly sourceSystem?: string
  readonly reason?: string
  readonly tags?: readonly string[]
  /** Steps that count as done without being run; each must be skippable. */
  readonly bypassSteps?: readonly string[]
  /** Higher runs first. Default 0. */
  readonly priority?: number
  /** Not before this time. */
  readonly runAt?: Date | string
  /** Time for the whole task from its start, in milliseconds. */
  readonly timeoutMs?: number
  /**
   * What makes the request one of a kind among those of this namespace, name and version: an order number, a message id. A second
   * request of the same identity creates nothing and gets the task of the first, whatever has become of that, for as long as it is kept.
   */
  readonly identity?: string
  /**
   * Tasks of one kind with the same key share a limit: how many of them may be in progress at once, in all workers; the others wait.
   * Default: what the definition takes from the context, if it does. The limit stands in the definition, else in the configuration.
   */
  readonly concurrencyKey?: string
  /** Default: the one of the surrounding work, else a new one. */
  readonly correlationId?: string
  readonly traceparent?: string
}

/** A request for a task by name. `version` is an exact version or a semver range; none, or `latest`, means the highest stable one. */
export interface TaskRequest extends TaskRequestOptions {
  readonly namespace?: string
  readonly name: string
  readonly version?: string
}

export type CommandKind =
  | 'task.cancel'
  | 'task.resolve'
  | 'task.retry'
  | 'task.update'
  | 'task.annotate'
  | 'task.pause'
  | 'task.resume'
  | 'step.cancel'
  | 'step.resolve'
  | 'step.retry'
  | 'step.skip'

/** Who asks and why: stands in the event. */
export interface CommandOptions {
  readonly reason?: string
  readonly actor?: Actor
}

/** A person's or program's word to one task, applied by its owner in order with the owner's own writes. */
export interface Command {
  readonly id: string
  readonly taskId: string
  /** `child.ended` comes from a child task to the one that waits for it, with `args.childTaskId`. */
  readonly kind: CommandKind | 'child.ended'
  /** Step name, for `step.*` and `child.ended`. */
  readonly stepName: string | null
  readonly reason: string
  readonly actor: Actor
  /**
   * `results` of step.resolve, `propagate` of step.cancel, `newKey` of step.retry; the new values of task.update, `type` and `value` of
   * task.annotate.
   */
  readonly args: Readonly<Record<string, unknown>>
  readonly createdAt: string
  /** The worker id of the kernel that waits for the answer. */
  readonly replyTo: string | null
}

/** What became of a command. */
export type CommandOutcome =
  | { readonly ok: true; readonly state: string }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly details: Readonly<Record<string, unknown>>
    }
