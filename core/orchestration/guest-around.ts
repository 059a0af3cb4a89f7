import type { StepContext } from '../contracts/task-definition.js'
import { HookFailedError, HookSkippedHandlerError, HookTimeoutError } from '../errors/hook-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { GuardedHook } from './guarded-hook.js'

/**
 * Calls a hook around a handler that must not suffer from it. Before it calls `next()` it may fail or hang, and the handler is called
 * without it; after the handler has settled it may hang, and what the handler gave stands. The time of the handler itself is not
 * counted. What it throws after a success fails the attempt: it may be the commit of a transaction.
 */
export async function callAroundGuest(
  hook: GuardedHook<'aroundStepExecute'>,
  context: StepContext,
  next: () => Promise<unknown>,
): Promise<unknown> {
  const call = new GuestCall(hook, next)
  try {
    const result = await call.run(context)
    hook.answered()
    return result
  } catch (error) {
    return await call.settle(error)
  }
}

/** One call: the handler runs once, whoever asks for it. */
class GuestCall {
  readonly #hook: GuardedHook<'aroundStepExecute'>
  readonly #next: () => Promise<unknown>
  readonly #late = Promise.withResolvers<never>()
  #limit: Disposable | undefined
  #inner: Promise<unknown> | undefined

  constructor(hook: GuardedHook<'aroundStepExecute'>, next: () => Promise<unknown>) {
    this.#hook = hook
    this.#next = next
    this.#late.promise.catch(() => undefined)
  }

  async run(context: StepContext): Promise<unknown> {
    this.#arm()
    try {
      const result = await Promise.race([this.#hook.hook(context, () => this.#goOn()), this.#late.promise])
      if (result !== undefined) return result
      // A hook that gives nothing in place of the handler has forgotten it.
      if (this.#inner === undefined) throw new HookSkippedHandlerError(this.#hook.name, this.#hook.owner)
      // One that forgets to give what `next()` gave must not lose it.
      return await this.#inner
    } finally {
      this.#disarm()
    }
  }

  async settle(error: unknown): Promise<unknown> {
    if (this.#inner === undefined) {
      // By an error of Tasker, PermanentError say, a hook speaks for the attempt.
      const isItsOwn = error instanceof HookTimeoutError || error instanceof HookSkippedHandlerError
      if (isTaskerError(error) && !isItsOwn) throw error
      this.#hook.failed(error)
      return this.#goOn()
    }
    const outcome = await this.#inner.then(
      (result) => ({ result }),
      (own: unknown) => ({ own }),
    )
    if ('own' in outcome) {
      if (error instanceof HookTimeoutError) this.#hook.failed(error)
      // What it makes of the handler's error is its business.
      throw error instanceof HookTimeoutError ? outcome.own : error
    }
    this.#hook.failed(error)
    if (error instanceof HookTimeoutError) return outcome.result
    throw isTaskerError(error) ? error : new HookFailedError(this.#hook.name, this.#hook.owner, error)
  }

  #goOn(): Promise<unknown> {
    if (this.#inner !== undefined) return this.#inner
    this.#disarm()
    this.#inner = this.#next()
    const again = () => this.#arm()
    this.#inner.then(again, again)
    return this.#inner
  }

  #arm(): void {
    const limit = this.#hook.limit()
    this.#limit = limit
    limit.passed.catch((error: unknown) => this.#late.reject(error))
  }

  #disarm(): void {
    this.#limit?.[Symbol.dispose]()
    this.#limit = undefined
  }
}
