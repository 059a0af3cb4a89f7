import type { Clock } from '../contracts/clock.js'
import type { StepContext } from '../contracts/task-definition.js'

/**
 * What becomes of an attempt instead of a plain call of its handler.
 * - `{ fail }`: it fails with that error, and the handler is not called; after `afterMs` of the kernel's clock, if given.
 * - `{ delayMs }`: the handler is called that much later.
 * - `{ until }`: the handler is called when that is settled.
 * - `'hang'`: the handler is not called, and nothing comes back until the step's time-out, a cancel or a drain fires the signal.
 */
export type AttemptFault =
  | { readonly fail: unknown; readonly afterMs?: number }
  | { readonly delayMs: number }
  | { readonly until: Promise<unknown> }
  | 'hang'

/** An attempt that is about to begin. */
export interface BegunAttempt {
  readonly taskId: string
  /** Elements of a list have names of their own, `notify[0]`. */
  readonly stepName: string
  readonly attempt: number
}

/** Chooses what breaks; called for each attempt in turn. */
export type AttemptJudge = (attempt: BegunAttempt) => AttemptFault | undefined

/** Carries faults of attempts out, and knows how many of them wait for the clock. */
export class AttemptFaults {
  #waiting = 0
  #running = 0

  /** Whether there are attempts that wait for the clock. */
  get areWaiting(): boolean {
    return this.#waiting > 0
  }

  /** Whether that is what all attempts do that are under way. */
  get areAllWaiting(): boolean {
    return this.#waiting > 0 && this.#waiting === this.#running
  }

  async carryOut(
    fault: AttemptFault | undefined,
    context: StepContext,
    clock: Clock,
    next: () => Promise<unknown>,
  ): Promise<unknown> {
    this.#running += 1
    try {
      return await this.#carryOut(fault, context, clock, next)
    } finally {
      this.#running -= 1
    }
  }

  async #carryOut(
    fault: AttemptFault | undefined,
    { signal }: StepContext,
    clock: Clock,
    next: () => Promise<unknown>,
  ): Promise<unknown> {
    if (fault === undefined) return next()
    if (fault === 'hang') return this.#wait(signal, clock, Number.POSITIVE_INFINITY)
    if ('until' in fault) {
      await Promise.race([fault.until.catch(() => undefined), aborted(signal)])
      return next()
    }
    if ('delayMs' in fault) {
      await this.#wait(signal, clock, fault.delayMs)
      return next()
    }
    if (fault.afterMs !== undefined) await this.#wait(signal, clock, fault.afterMs)
    throw fault.fail
  }

  /** Ends early, with the reason of the signal, when that fires. */
  async #wait(signal: AbortSignal, clock: Clock, ms: number): Promise<void> {
    const done = Promise.withResolvers<void>()
    const timer = Number.isFinite(ms) ? clock.setTimer(done.resolve, ms) : undefined
    const stop = () => done.reject(signal.reason)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    this.#waiting += 1
    try {
      await done.promise
    } finally {
      this.#waiting -= 1
      timer?.cancel()
      signal.removeEventListener('abort', stop)
    }
  }
}

/** Rejects with the reason of a signal when it fires. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
