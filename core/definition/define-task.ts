import type { Jsonify } from '../contracts/json.js'
import type { IdentityStrategy, JsonSchema } from '../contracts/task-definition.js'
import type { TaskRequestOptions } from '../contracts/task-request.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import type { SchemaInput, SchemaOutput, SchemaSource } from './schema-source.js'
import { StepChain } from './step-chain.js'
import type { TaskChain } from './task-chain.js'
import { createTaskHead } from './task-head.js'

/** A custom event that a task declares: a descriptor from `defineEvent`, a name, or a name with a description and a schema. */
export type CustomEventDeclaration =
  | string
  | CustomEventDescriptor
  | {
      readonly name: string
      readonly description?: string
      readonly schema?: JsonSchema
      /** Whether it is written to the event log when a step publishes it. */
      readonly durable?: boolean
    }

/** Makes a text of a request for a task and its context, as it is stored; undefined: there is none for this one. */
export type FromRequest<Schema extends SchemaSource = SchemaSource> = (about: {
  readonly context: Jsonify<SchemaOutput<Schema>>
  readonly request: TaskRequestOptions
}) => string | undefined

/** What a task says of itself besides its steps. */
export interface TaskOptions<Schema extends SchemaSource = SchemaSource> {
  /** Groups tasks, `^[a-zA-Z][\w-]*$`, at most 64 characters. Default `'default'`. */
  readonly namespace?: string
  /** `^[a-zA-Z][\w-]*$`, at most 64 characters. */
  readonly name: string
  /** Exact semantic version; versions live side by side, a running task stays on its own. Default `'0.1.0'`. */
  readonly version?: string
  readonly description?: string
  /**
   * Schema of the context: TypeBox, JSON Schema or a Standard Schema (zod, valibot, arktype). It types `context` in the handlers,
   * and validates each new task, whose context is stored after defaults are filled in. TypeBox forgets in its types that a property has a
   * default: write `Type.Optional(Type.Integer({ default: 5 }))` where requests may leave it out. Zod and valibot know it.
   */
  readonly context?: Schema
  /** `context` as JSON Schema, for Standard Schemas that cannot say themselves as such. */
  readonly jsonSchema?: JsonSchema
  /** Paths of the context and of results that are masked wherever they leave the engine: `['card.number']`. */
  readonly sensitive?: readonly string[]
  /** Most steps of one task that run at once; the configuration's limit holds as well. */
  readonly concurrency?: number
  /**
   * Tasks of this kind with the same key share a limit: how many of them may be in progress at once, in all workers. The others
   * wait. `from` is a path of the context, `'context.customerId'`, or a function that gives the key, or undefined for a task without one;
   * without it, requests name their key, and what they name wins. A path or a function alone means a limit of 1.
   *
   * @example
   * concurrencyKey: ({ context }) => `customer ${context.customerId}`
   */
  readonly concurrencyKey?:
    | string
    | FromRequest<Schema>
    | { readonly from?: string | FromRequest<Schema>; readonly limit?: number }
  /** Time for the whole task, in milliseconds. Default: none. */
  readonly timeoutMs?: number
  /**
   * What requests are known by that name no `identity` themselves. `'none'`: nothing, each gives a new task. `'hash'`: what they ask
   * for (context, initiator, sourceSystem, reason, bypassSteps); the same again within `identity.windowMs` of the configuration gets
   * the task of the first. A function: the text that it gives, for as long as the task is kept. Default: as the configuration says.
   *
   * @example
   * identity: ({ context }) => `order ${context.orderId}`
   */
  readonly identity?: IdentityStrategy | FromRequest<Schema>
  /** Custom events that its steps publish. */
  readonly customEvents?: readonly CustomEventDeclaration[]
}

/**
 * Begins a task: a multi-step process. Add its steps with `.step(name, …)`; the chain itself is the task, ready to be registered.
 *
 * Mistakes are found where they are made: at compile time for unknown dependencies and doubled names, else when the call is made.
 *
 * @throws InvalidNameError, InvalidTaskVersionError, InvalidDefinitionOptionError, UnknownDefinitionOptionError,
 *   InvalidSchemaError, MissingJsonSchemaError
 * @example
 * export const processOrder = defineTask({
 *   namespace: 'payments', name: 'process_order', version: '2.1.0',
 *   context: Type.Object({ orderId: Type.Integer() }),
 * })
 *   .step('load_order', async ({ context }) => ({ total: 99.9, id: context.orderId }))
 *   .step('charge', { dependsOn: ['load_order'], retry: { limit: 5 } }, async ({ results }) => {
 *     return { charged: results.load_order.total }
 *   })
 */
export function defineTask<Schema extends SchemaSource = never>(
  options: TaskOptions<Schema>,
): TaskChain<Jsonify<SchemaOutput<Schema>>, SchemaInput<Schema>> {
  return new StepChain(createTaskHead(options), []) as unknown as TaskChain<
    Jsonify<SchemaOutput<Schema>>,
    SchemaInput<Schema>
  >
}
