import type { Jsonify } from '../contracts/json.js'
import type { StepContext } from '../contracts/task-definition.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'

/**
 * What a step's handler receives: the {@link StepContext}, its `context` and `results` typed by the chain.
 *
 * Write it out for a handler class, whose `process` must accept what the chain gives it.
 *
 * @example
 * class ConfirmStep {
 *   process({ results }: TypedStepContext<{ orderId: number }, { charge: { charged: number } }>) { … }
 * }
 */
export interface TypedStepContext<Context = unknown, Results = NoResults>
  extends Omit<StepContext, 'context' | 'results' | 'publish' | 'publishNow'> {
  /** The task's context, its defaults filled in. It was JSON on its way here. */
  readonly context: Context
  /** Results of the steps named in `dependsOn`, and only these; `undefined` where one was skipped or not chosen. */
  readonly results: Results
  /** Holds a custom event back until the step's success is committed; a failed attempt publishes nothing. */
  publish<P>(event: CustomEventDescriptor<string, P>, payload: P): void
  publish(event: string, payload?: unknown): void
  /** Puts a custom event on the bus at once; it is not durable. */
  publishNow<P>(event: CustomEventDescriptor<string, P>, payload: P): void
  publishNow(event: string, payload?: unknown): void
}

/** What `over` of an `.each` step and `context` of a `.child` step compute from. */
export interface StepInputs<Context = unknown, Results = NoResults> {
  readonly context: Context
  readonly results: Results
}

/** What the handler of an `.each` step receives besides: its element. */
export interface TypedElementContext<Context, Results, Item> extends TypedStepContext<Context, Results> {
  readonly item: Item
  /** Place of the element, from 0. */
  readonly index: number
}

/** `results` of a step without `dependsOn`: `{}`. */
export type NoResults = Readonly<Record<never, never>>

// biome-ignore lint/suspicious/noConfusingVoidType: what a handler without a return statement gives
type Nothing = void

/** What a dependent step receives of what a handler returned: its JSON; `null` for a handler that returns nothing. */
export type Received<R> = [Awaited<R>] extends [Nothing] ? null : ReceivedJson<Awaited<R>>

type ReceivedJson<R> = unknown extends R ? R : Jsonify<R> | (undefined extends R ? null : never)
