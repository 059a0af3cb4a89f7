import type { Logger } from './logger.js'
import type { TaskRequestOptions } from './task-request.js'

/** JSON Schema, or what says itself as one. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Validates a value and fills in defaults; gives the problems found, each with its path. */
export interface SchemaCheck {
  /** The schema as JSON Schema, for storage, documentation and editors. */
  readonly jsonSchema: JsonSchema
  check(value: unknown): Promise<SchemaResult> | SchemaResult
}

export type SchemaResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] }

/** When to try again after a failure. */
export interface RetryPolicy {
  /** Attempts in all, the first included: an integer from 1. Default 3. */
  readonly limit: number
  /** Delays after the first, second, … failure, in milliseconds; beyond the list the last one doubles each time. */
  readonly backoffMs?: readonly number[]
  /** The longest delay, in milliseconds. */
  readonly maxBackoffMs?: number
  /** Share of a delay by which chance changes it, from 0 to 1. */
  readonly backoffJitter?: number
}

export type StepKind = 'run' | 'child' | 'each' | 'decide'

/** One step of a definition, the same whether it came from code or from YAML. */
export interface StepDefinition {
  readonly name: string
  readonly kind: StepKind
  readonly description?: string
  readonly dependsOn: readonly string[]
  readonly retryable: boolean
  readonly retry: RetryPolicy
  readonly skippable: boolean
  /** What a final failure does: leaves the step in `error`, or skips it (only where skippable). */
  readonly onFailure: 'error' | 'skip'
  readonly timeoutMs: number
  readonly dependentSystem: string
  /** Among ready steps of one task, and among those in a worker that wait for one limit, the higher goes first. Absent: 0. */
  readonly priority?: number
  readonly results?: SchemaCheck
  /** Free configuration for the handler, from YAML `handler_config`. */
  readonly handlerConfig?: Readonly<Record<string, unknown>>
  /** Of kind `decide`: the later steps among which it chooses. */
  readonly branches?: readonly string[]
  /** The decision that chooses this step or not; it is among `dependsOn`. */
  readonly branchOf?: string
  /** Of kind `child`: the task that it runs. */
  readonly child?: ChildTask
  /** Of kind `each`: what is done for each element. */
  readonly each?: EachElement
  /** Does the work of a step; of kind `child` it computes the context of the child, of kind `each` the list. */
  readonly handler: StepHandler
}

/** The task that a step runs: of code, with its definition; of YAML, by name and a semver range, the highest stable if absent. */
export interface ChildTask {
  readonly namespace: string
  readonly name: string
  readonly version?: string
  readonly defined?: DefinedTask
}

/** What is done for each element of a list: a step of its own. */
export interface EachElement {
  readonly handler: StepHandler
  /** What it returns for one element. */
  readonly results?: SchemaCheck
  /** Most elements that run at once; the limits of task and worker hold as well. */
  readonly concurrency?: number
}

/** A handler is a function or a class built by the container, whose `process` is called. */
export type StepHandler =
  | { readonly kind: 'function'; readonly run: StepFunction }
  | { readonly kind: 'class'; readonly constructor: StepHandlerClass }

export type StepFunction = (context: StepContext) => unknown

export interface StepHandlerObject {
  process(context: StepContext): unknown
}

// biome-ignore lint/suspicious/noExplicitAny: the container resolves constructor parameters of any type
export type StepHandlerClass = new (...dependencies: any[]) => StepHandlerObject

/** What a step's handler receives. The typed chain narrows `context` and `results`. */
export interface StepContext {
  readonly context: unknown
  /** Results of the steps named in `dependsOn`, and only these. */
  readonly results: Readonly<Record<string, unknown>>
  /** The element of an `.each` step. */
  readonly item?: unknown
  /** Its place in the list, from 0. */
  readonly index?: number
  readonly taskId: string
  readonly stepId: string
  readonly stepName: string
  readonly namespace: string
  readonly taskName: string
  readonly version: string
  /** Number of this attempt, from 1. */
  readonly attempt: number
  /** The same for all attempts of this step: hand it to the system that you call, and effects happen once. */
  readonly idempotencyKey: string
  readonly correlationId: string
  readonly handlerConfig: Readonly<Record<string, unknown>>
  /** Fires when the step is cancelled, its time is up, or the worker drains. */
  readonly signal: AbortSignal
  /** Reports progress from 0 to 1, and renews the time-out. */
  progress(fraction: number, message?: string): void
  readonly log: Logger
  /** Holds a custom event back until the step's success is committed; a failed attempt publishes nothing. */
  publish(event: string | { readonly name: string }, payload?: unknown): void
  /** Puts a custom event on the bus at once; it is not durable. */
  publishNow(event: string | { readonly name: string }, payload?: unknown): void
}

/** Makes a text of a request for a task, or undefined for none. */
export type RequestFunction = (about: {
  /** As it is stored: checked, with its defaults. */
  readonly context: never
  readonly request: TaskRequestOptions
}) => string | undefined

/**
 * Makes of a request for a task what it is known by: a second request of the same identity gets the task of the first, for as long as
 * that is kept. Undefined: this one has none.
 */
export type IdentityFunction = RequestFunction

/** `none`: each request gives a new task; `hash`: the same request within a window of time gives the task of the first one. */
export type IdentityStrategy = 'none' | 'hash'

/** Which tasks of one kind share a limit, and how many of them may be in progress at once. */
export interface ConcurrencyKey {
  /** Path of the context that holds the key, as in `context.customerId`, or what makes it. Absent: requests name it. */
  readonly from?: string | RequestFunction
  /** Tasks of one key that may be in progress at once. */
  readonly limit: number
}

/** A task as registered: one namespace, name and version. */
export interface TaskDefinition {
  readonly namespace: string
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly context?: SchemaCheck
  /** Paths of the context and of results that are masked wherever they leave the engine: `card.number`. */
  readonly sensitive: readonly string[]
  /** Most steps of one task that run at once; the configuration's limit holds as well. */
  readonly concurrency?: number
  readonly concurrencyKey?: ConcurrencyKey
  readonly timeoutMs?: number
  /** By what requests are known that name no identity. Absent: as the configuration says. */
  readonly identity?: IdentityStrategy | IdentityFunction
  readonly steps: readonly StepDefinition[]
  /** Custom events it declares; `durable` where a step's publication is written to the event log. */
  readonly customEvents: readonly {
    readonly name: string
    readonly description?: string
    readonly schema?: JsonSchema
    readonly durable?: boolean
  }[]
  /** Fingerprint of everything but the code of the handlers. */
  readonly hash: string
}

/** What `defineTask` chains and YAML loaders give: something that can say its definition. Recognised by its brand. */
export interface DefinedTask {
  readonly [TASK_BRAND]: true
  readonly definition: TaskDefinition
}

/** Brand of a {@link DefinedTask}, the same in every copy of the package. */
export const TASK_BRAND: unique symbol = Symbol.for('tasker.task') as never

export function isDefinedTask(value: unknown): value is DefinedTask {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[TASK_BRAND] === true
}
