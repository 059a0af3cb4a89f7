import type { StepKind } from '../contracts/task-definition.js'
import type { DefinitionSubject } from '../errors/definition-errors.js'

/** The same as the options of a step with its name and its handler, before anything is known of it. */
export interface StepDraft {
  /** Default `run`. */
  readonly kind?: StepKind
  /** The decision that it is a branch of. */
  readonly branchOf?: string | undefined
  readonly name: unknown
  readonly handler: unknown
  readonly options: StepOptionsDraft
}

export interface StepOptionsDraft {
  readonly dependsOn?: unknown
  readonly description?: unknown
  readonly retry?: unknown
  readonly retryable?: unknown
  readonly skippable?: unknown
  readonly onFailure?: unknown
  readonly timeoutMs?: unknown
  readonly dependentSystem?: unknown
  readonly priority?: unknown
  readonly results?: unknown
  readonly jsonSchema?: unknown
  readonly handlerConfig?: unknown
  readonly handler?: unknown
  readonly task?: unknown
  readonly context?: unknown
  readonly over?: unknown
  readonly concurrency?: unknown
  readonly branches?: unknown
}

/** Which step a message is about. */
export type StepSubject = DefinitionSubject & { readonly step: string }
