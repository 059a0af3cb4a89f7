import { CircuitBreaker, type CircuitOptions, type CircuitState } from '../bus/circuit-breaker.js'
import { isThenable } from '../bus/listener.js'
import type { HookMap, HookName } from '../contracts/hooks.js'
import { HookTimeoutError } from '../errors/hook-errors.js'

/** What a hook did wrong. */
export interface HookTrouble {
  readonly hook: HookName
  readonly owner: string
  readonly kind: 'threw' | 'timed_out' | 'circuit_opened'
  readonly error: unknown
}

/** What the hooks of one kernel share. */
export interface HookEnvironment {
  /** How long a hook may take, in milliseconds of real time. */
  readonly timeoutMs: number
  readonly circuit: CircuitOptions
  readonly now: () => number
  readonly report: (trouble: HookTrouble) => void
}

/** One hook as it was added: how long it may take, and whether it is switched off because it keeps failing. */
export class GuardedHook<N extends HookName = HookName> {
  readonly name: N
  readonly hook: HookMap[N]
  readonly owner: string
  /** What it stands before must not happen without it. */
  readonly isEssential: boolean
  readonly #environment: HookEnvironment
  readonly #breaker: CircuitBreaker

  constructor(
    { name, hook, owner, isEssential }: Pick<GuardedHook<N>, 'name' | 'hook' | 'owner' | 'isEssential'>,
    environment: HookEnvironment,
  ) {
    this.name = name
    this.hook = hook
    this.owner = owner
    this.isEssential = isEssential
    this.#environment = environment
    this.#breaker = new CircuitBreaker(environment.circuit)
  }

  get circuit(): CircuitState {
    return this.#breaker.state
  }

  /** Whether it is called now; without one that is essential nothing happens, so that it always is. */
  get isWanted(): boolean {
    return this.isEssential || this.#breaker.allows(this.#environment.now())
  }

  /** Calls it, and waits as long as it may take. Throws what it throws, and {@link HookTimeoutError}. */
  async call(...args: readonly unknown[]): Promise<unknown> {
    const answer = (this.hook as (...args: readonly unknown[]) => unknown)(...args)
    if (!isThenable(answer)) return answer
    using limit = this.limit()
    return await Promise.race([answer, limit.passed])
  }

  /** Rejects when its time has passed, from now on. */
  limit(): { readonly passed: Promise<never>; readonly [Symbol.dispose]: () => void } {
    const { timeoutMs } = this.#environment
    const late = Promise.withResolvers<never>()
    // Whoever has stopped waiting is not to be told.
    late.promise.catch(() => undefined)
    const timer = setTimeout(() => late.reject(new HookTimeoutError(this.name, this.owner, timeoutMs)), timeoutMs)
    return { passed: late.promise, [Symbol.dispose]: () => clearTimeout(timer) }
  }

  answered(): void {
    this.#breaker.succeeded()
  }

  failed(error: unknown): void {
    const { report, now } = this.#environment
    const about = { hook: this.name, owner: this.owner, error }
    report({ ...about, kind: error instanceof HookTimeoutError ? 'timed_out' : 'threw' })
    if (this.#breaker.failed(now())) report({ ...about, kind: 'circuit_opened' })
  }
}
