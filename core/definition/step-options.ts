import type { DefinedTask, JsonSchema } from '../contracts/task-definition.js'
import type { SchemaSource } from './schema-source.js'

/** When a step is tried again. */
export interface RetryOptions {
  /** Attempts in all, the first included: an integer from 1. Default 3. */
  readonly limit?: number
  /** Delays after the first, second, … failure, in milliseconds; beyond the list the last one doubles each time. */
  readonly backoffMs?: readonly number[]
  /** The longest delay, in milliseconds. What the called system asks for is bounded by it as well. */
  readonly maxBackoffMs?: number
  /** Share of a delay by which chance changes it, from 0 to 1. */
  readonly backoffJitter?: number
}

/** What every kind of step may say. */
export interface CommonStepOptions<D extends string, Skippable extends boolean> {
  /** Steps that must be done before: names of earlier steps. Their results arrive in `results`. Default: none. */
  readonly dependsOn?: readonly D[]
  readonly description?: string
  /** Which attempts a failed step has. */
  readonly retry?: RetryOptions
  /** Whether a failed step is tried again at all; also whether it is after its worker was lost. Default true. */
  readonly retryable?: boolean
  /** Whether a person, a bypass list or `onFailure` may skip it; its results may then be `undefined`. Default false. */
  readonly skippable?: Skippable
  /** What the last failure does: leave the step in `error`, or skip it (only where `skippable`). Default `'error'`. */
  readonly onFailure?: 'error' | (true extends Skippable ? 'skip' : never)
  /** Time for one attempt, in milliseconds, renewed by `progress()`. Default 600 000, ten minutes. */
  readonly timeoutMs?: number
  /** The system that it calls: the limits and the backoff of `dependentSystems` hold for it. Default `'unknown'`, which has none. */
  readonly dependentSystem?: string
  /**
   * Higher goes first: among ready steps of one task, and among those in one worker that wait for one limit, there after the
   * priority of their tasks. Default 0.
   */
  readonly priority?: number
  /** Free JSON for the handler, at `handlerConfig` of its context. It is stored with the definition: no secrets here. */
  readonly handlerConfig?: Readonly<Record<string, unknown>>
}

/** Options of a `.step`. */
export interface StepOptions<
  D extends string = string,
  Skippable extends boolean = boolean,
  Schema extends SchemaSource = SchemaSource,
> extends CommonStepOptions<D, Skippable> {
  /**
   * Schema of what it returns: TypeBox, JSON Schema or a Standard Schema. It types the results, and validates both what the
   * handler returns and what a person resolves the step with.
   */
  readonly results?: Schema
  /** `results` as JSON Schema, for Standard Schemas that cannot say themselves as such. */
  readonly jsonSchema?: JsonSchema
}

/** Options of a `.child` step. */
export type ChildStepOptions<
  D extends string,
  Skippable extends boolean,
  Task extends DefinedTask,
  Inputs,
  ChildContext,
> = CommonStepOptions<D, Skippable> & {
  /** The task that it runs. */
  readonly task: Task
} & (unknown extends ChildContext
    ? {
        /** Computes the context of the child. */
        readonly context?: (inputs: Inputs) => unknown
      }
    : {
        /** Computes the context of the child. */
        readonly context: (inputs: Inputs) => ChildContext | Promise<ChildContext>
      })

/** Options of an `.each` step. */
export interface EachStepOptions<D extends string, Skippable extends boolean, Schema extends SchemaSource, Inputs, Item>
  extends StepOptions<D, Skippable, Schema> {
  /** Computes the list; each element becomes a step of its own, `notify[0]`, `notify[1]`, … */
  readonly over: (inputs: Inputs) => readonly Item[] | Promise<readonly Item[]>
  /** Most elements that run at once. Default: the limits of task and worker. */
  readonly concurrency?: number
}

/** Options of a `.decide` step. */
export interface DecideStepOptions<D extends string, Skippable extends boolean, Branch extends string>
  extends CommonStepOptions<D, Skippable> {
  /** The later steps among which it chooses. */
  readonly branches: readonly Branch[]
}
