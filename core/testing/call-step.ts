import { randomUUID } from 'node:crypto'
import { silentLogger } from '../bus/silent-logger.js'
import type { DefinedTask, StepContext, StepDefinition, StepHandler } from '../contracts/task-definition.js'
import type { ContextOf } from '../contracts/tasks-api.js'
import type { ResultsOf } from '../definition/task-chain.js'
import { ContextInvalidError, StepNotFoundError } from '../errors/task-errors.js'
import { HandlerNeedsContainerError } from '../errors/testing-errors.js'

/** What a handler is called with; what is left out is made up. */
export interface CallStepInputs<T> extends Partial<Omit<StepContext, 'context' | 'results'>> {
  readonly context?: ContextOf<T>
  /** Of the steps that it depends on. */
  readonly results?: Partial<ResultsOf<T>>
}

/** What a call of a handler came to. */
export interface CalledStep<Results = unknown> {
  /** What it returned, as its dependents receive it. */
  readonly results: Results
  /** What it reported, in order. */
  readonly progress: readonly { readonly fraction: number; readonly message?: string }[]
  /** What it published, held back or at once, in order. */
  readonly published: readonly { readonly name: string; readonly payload: unknown }[]
}

/**
 * Calls the handler of one step, and nothing else: no kernel, no database, no retry. The context is checked and its defaults are
 * filled in as when a task is created. With `item` it is the handler of one element of a list.
 *
 * @throws whatever the handler throws
 * @throws StepNotFoundError
 * @throws ContextInvalidError
 * @throws HandlerNeedsContainerError for a class whose constructor takes something
 * @example
 * const { results } = await callStep(processOrder, 'charge', { context: { orderId: 1 }, results: { load_order: { total: 9 } } })
 */
export async function callStep<T extends DefinedTask, S extends keyof ResultsOf<T> & string>(
  task: T,
  stepName: S,
  inputs: CallStepInputs<T> = {},
): Promise<CalledStep<ResultsOf<T>[S]>> {
  const { definition } = task
  const kind = `${definition.namespace}.${definition.name}@${definition.version}`
  const step = definition.steps.find(({ name }) => name === stepName)
  if (step === undefined)
    throw new StepNotFoundError(
      kind,
      stepName,
      definition.steps.map(({ name }) => name),
    )
  const checked = await definition.context?.check(inputs.context)
  if (checked?.ok === false) throw new ContextInvalidError(kind, checked.problems)
  const progress: { fraction: number; message?: string }[] = []
  const published: { name: string; payload: unknown }[] = []
  const publish = (event: string | { readonly name: string }, payload?: unknown) =>
    void published.push({ name: typeof event === 'string' ? event : event.name, payload })
  const context: StepContext = {
    taskId: randomUUID(),
    stepId: randomUUID(),
    stepName,
    namespace: definition.namespace,
    taskName: definition.name,
    version: definition.version,
    attempt: 1,
    idempotencyKey: randomUUID(),
    correlationId: randomUUID(),
    handlerConfig: step.handlerConfig ?? {},
    signal: new AbortController().signal,
    log: silentLogger,
    progress: (fraction, message) => void progress.push({ fraction, ...(message === undefined ? {} : { message }) }),
    publish,
    publishNow: publish,
    ...inputs,
    context: checked === undefined ? inputs.context : checked.value,
    results: (inputs.results ?? {}) as StepContext['results'],
  }
  const returned = await call(handlerOf(step, 'item' in inputs), context, `${kind}, step ${stepName}`)
  return { results: JSON.parse(JSON.stringify(returned ?? null)), progress, published }
}

function handlerOf({ handler, each }: StepDefinition, isElement: boolean): StepHandler {
  return isElement && each !== undefined ? each.handler : handler
}

async function call(handler: StepHandler, context: StepContext, owner: string): Promise<unknown> {
  if (handler.kind === 'function') return handler.run(context)
  const { constructor: Handler } = handler
  if (Handler.length > 0) throw new HandlerNeedsContainerError(Handler.name, owner)
  return new Handler().process(context)
}
