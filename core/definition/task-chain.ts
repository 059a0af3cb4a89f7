import type { DefinedTask } from '../contracts/task-definition.js'
import type { ContextOf } from '../contracts/tasks-api.js'
import type { SchemaInput, SchemaOutput, SchemaSource } from './schema-source.js'
import type { ChildStepOptions, DecideStepOptions, EachStepOptions, StepOptions } from './step-options.js'
import type { NoResults, Received, StepInputs, TypedElementContext, TypedStepContext } from './typed-step-context.js'

/**
 * A task that is being written, and a finished {@link DefinedTask} at any point: each call gives a new chain and leaves the old
 * one as it is.
 *
 * `Context` is what handlers receive, `Input` what a creator of the task hands over, `Results` maps the steps so far to what
 * their dependents receive, and `Unsure` names the steps that a decision may leave unchosen.
 */
export interface TaskChain<Context = unknown, Input = Context, Results = NoResults, Unsure extends string = never>
  extends DefinedTask {
  /** Only a type: the context that a creator hands over. */
  readonly '~context'?: Input
  /** Only a type: step name → its results. */
  readonly '~results'?: Results

  /**
   * Adds a step.
   *
   * @param name lower-case, `^[a-z][a-z0-9_-]*$`, at most 128 characters; no other step of the task may have it
   * @param handler called with the step's context for each attempt; what it returns is stored as JSON and reaches the dependents
   * @throws DuplicateStepError, InvalidNameError, InvalidStepHandlerError
   * @example
   * defineTask({ name: 'process_order' }).step('load_order', async ({ context, signal }) => ({ total: 99.9 }))
   */
  step<const Name extends string, R>(
    name: Name & FreeName<Name, Results>,
    handler: (context: TypedStepContext<Context>) => R,
  ): TaskChain<Context, Input, With<Results, Name, Result<Name, Received<R>, false, never, Unsure>>, Unsure>

  /**
   * Adds a step whose handler is a class, built by the container for each worker; its `process` must accept what the chain gives.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError
   * @example
   * .step('confirm', { dependsOn: ['charge'], handler: ConfirmStep })
   */
  step<
    const Name extends string,
    R extends HandlerResult<Schema>,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
    Schema extends SchemaSource = never,
  >(
    name: Name & FreeName<Name, Results>,
    options: StepOptions<D, Skippable, Schema> & {
      /** A class with `process(context)`; the container resolves its constructor. */
      readonly handler: HandlerClass<TypedStepContext<Context, Pick<Results, NoInfer<D>>>, R | Promise<R>>
    },
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, StoredResult<R, Schema>, Skippable, D, Unsure>>,
    Unsure | Spread<Name, D, Unsure>
  >

  /**
   * Adds a step with options.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError
   * @example
   * .step('charge', { dependsOn: ['load_order'], retry: { limit: 5 }, timeoutMs: 30_000 }, async ({ results }) => {
   *   return { charged: results.load_order.total }
   * })
   */
  step<
    const Name extends string,
    R,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
  >(
    name: Name & FreeName<Name, Results>,
    options: StepOptions<D, Skippable, never> & { readonly dependsOn: readonly D[] },
    handler: (context: TypedStepContext<Context, Pick<Results, NoInfer<D>>>) => R,
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, Received<R>, Skippable, D, Unsure>>,
    Unsure | Spread<Name, D, Unsure>
  >

  /**
   * Adds a step with options that depends on nothing. A form of its own, because the compiler knows the context of a handler that another
   * function makes, such as `httpStep`, only where no dependencies are left to be inferred.
   *
   * @throws DuplicateStepError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError
   * @example
   * .step('load', { retry: { limit: 5 } }, httpStep({ url: ({ context }) => `https://shop.example.com/orders/${context.orderId}` }))
   */
  step<const Name extends string, R, const Skippable extends boolean = false>(
    name: Name & FreeName<Name, Results>,
    options: StepOptions<never, Skippable, never>,
    handler: (context: TypedStepContext<Context>) => R,
  ): TaskChain<Context, Input, With<Results, Name, Result<Name, Received<R>, Skippable, never, Unsure>>, Unsure>

  /**
   * Adds a step with options, among them the schema of its results: it types them, and binds what the handler returns.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError,
   *   InvalidSchemaError, MissingJsonSchemaError
   * @example
   * .step('rate', { results: Type.Object({ score: Type.Integer({ minimum: 0 }) }) }, async () => ({ score: 7 }))
   */
  step<
    const Name extends string,
    Schema extends SchemaSource,
    const R extends HandlerResult<Schema>,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
  >(
    name: Name & FreeName<Name, Results>,
    options: StepOptions<D, Skippable, Schema>,
    handler: (context: TypedStepContext<Context, Pick<Results, NoInfer<D>>>) => R | Promise<R>,
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, Received<SchemaOutput<Schema>>, Skippable, D, Unsure>>,
    Unsure | Spread<Name, D, Unsure>
  >

  /**
   * Adds a step that is a task of its own; its results are the results of that task's steps by name. The task waits for it without
   * holding a place of the worker, and a cancel reaches it. Its own steps have their own retries: the step fails when the child has,
   * and unless it says otherwise is not tried again by itself. A person's retry of either goes on with the child where it stopped.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidDefinitionOptionError
   * @example
   * .child('ship', { dependsOn: ['charge'], task: shipOrder, context: ({ results }) => ({ paid: results.charge.charged }) })
   */
  child<
    const Name extends string,
    const Task extends DefinedTask,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
  >(
    name: Name & FreeName<Name, Results>,
    options: ChildStepOptions<D, Skippable, Task, StepInputs<Context, Pick<Results, NoInfer<D>>>, ContextOf<Task>>,
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, ResultsOf<Task>, Skippable, D, Unsure>>,
    Unsure | Spread<Name, D, Unsure>
  >

  /**
   * Adds a step that runs once for each element of a list; its results are an array in the order of the list. Each element is a step of
   * its own, `notify[0]`, `notify[1]`, …, to which retries, time-out and the schema of the results apply. An element that was skipped
   * leaves `null`.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError
   * @example
   * .each('notify', { dependsOn: ['ship'], over: ({ results }) => results.ship.customers, concurrency: 5 },
   *   async ({ item, index }) => send(item))
   */
  each<
    const Name extends string,
    Item,
    R extends HandlerResult<Schema>,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
    Schema extends SchemaSource = never,
  >(
    name: Name & FreeName<Name, Results>,
    options: EachStepOptions<D, Skippable, Schema, StepInputs<Context, Pick<Results, NoInfer<D>>>, Item>,
    handler: (context: TypedElementContext<Context, Pick<Results, NoInfer<D>>, Received<Item>>) => R | Promise<R>,
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, ElementResult<R, Schema, Skippable>[], Skippable, D, Unsure>>,
    Unsure | Spread<Name, D, Unsure>
  >

  /**
   * Adds a step that chooses among later steps: those it names run, the other branches are unchosen, and so is what depends on
   * nothing but what is unchosen. Its results are the names. The branches depend on it, whether they say so or not.
   *
   * @throws DuplicateStepError, UnknownDependencyError, InvalidNameError, InvalidStepHandlerError, InvalidDefinitionOptionError
   * @example
   * .decide('route', { dependsOn: ['notify'], branches: ['refund', 'archive'] }, async ({ results }) => ['archive'])
   */
  decide<
    const Name extends string,
    const Branch extends string,
    const D extends keyof Results & string = never,
    const Skippable extends boolean = false,
  >(
    name: Name & FreeName<Name, Results>,
    options: DecideStepOptions<D, Skippable, Branch & FreeName<Branch, Results>>,
    handler: (
      context: TypedStepContext<Context, Pick<Results, NoInfer<D>>>,
    ) => readonly NoInfer<Branch>[] | Promise<readonly NoInfer<Branch>[]>,
  ): TaskChain<
    Context,
    Input,
    With<Results, Name, Result<Name, Branch[], Skippable, D, Unsure>>,
    Unsure | Branch | Spread<Name, D, Unsure>
  >
}

/** A class that the container builds and whose `process` is called; written as a property, so that its parameter is compared strictly. */
export type HandlerClass<Context, R> = new (...dependencies: never) => { readonly process: (context: Context) => R }

/** The results of a task's steps by name, of a chain from `defineTask`. */
export type ResultsOf<T> = T extends { readonly '~results'?: infer R } ? NonNullable<R> : unknown

/** `unknown` where the name is still free; else a type that no string has, whose name says what is wrong. */
export type FreeName<Name, Results> = string extends keyof Results
  ? unknown
  : Name extends keyof Results
    ? StepNameIsTaken<Name & string>
    : unknown

/** In an error of the compiler: an earlier step of this task has the name already. */
export interface StepNameIsTaken<Name extends string> {
  readonly '~taken': Name
}

/** What a handler may return: anything, or what the schema of its results takes. */
export type HandlerResult<Schema> = [Schema] extends [never] ? unknown : ReadonlyLists<SchemaInput<Schema>>

/** `T` with its lists readonly, as the compiler infers literals that a handler returns. */
type ReadonlyLists<T> = T extends (...args: never) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyLists<T[K]> }
    : T

type StoredResult<R, Schema> = [Schema] extends [never] ? Received<R> : Received<SchemaOutput<Schema>>

/** An element that may be skipped leaves `null`. */
type ElementResult<R, Schema, Skippable extends boolean> =
  | StoredResult<R, Schema>
  | (true extends Skippable ? null : never)

type Result<Name, R, Skippable extends boolean, D, Unsure> =
  | R
  | (true extends Skippable ? undefined : never)
  | (Name extends Unsure ? undefined : never)
  | ([Spread<Name, D, Unsure>] extends [never] ? never : undefined)

/** A step all of whose parents may be unchosen may itself be unchosen. */
type Spread<Name, D, Unsure> = [D] extends [never] ? never : [D] extends [Unsure] ? Name : never

type With<Results, Name extends string, R> = { [K in keyof Results | Name]: K extends keyof Results ? Results[K] : R }
