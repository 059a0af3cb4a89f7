import type { HookMap, HookName, HookOptions, Hooks } from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { StepContext } from '../contracts/task-definition.js'
import { HookRefusedError, HookTimeoutError, UnknownHookError } from '../errors/hook-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { GuardedHook, type HookEnvironment, type HookTrouble } from './guarded-hook.js'
import { callAroundGuest } from './guest-around.js'

const order: Readonly<Record<HookName, true>> = {
  beforeTaskCreate: true,
  beforeCommand: true,
  beforeStepExecute: true,
  beforeExport: true,
  aroundStepExecute: true,
  afterStepExecute: true,
  onStart: true,
  onStop: true,
}
const hookNames = Object.keys(order) as readonly HookName[]

type Refusing = 'beforeTaskCreate' | 'beforeCommand' | 'beforeStepExecute' | 'beforeExport'
type Observing = 'afterStepExecute' | 'onStart' | 'onStop'

/**
 * The hooks that plugins added, called in the order in which they were added, each awaited, none for longer than its time. Who
 * keeps failing is passed over for a while, unless it is essential.
 */
export class HookRegistry implements Hooks {
  readonly #hooks = new Map<HookName, readonly GuardedHook[]>()
  readonly #log: Logger
  readonly #environment: HookEnvironment
  readonly #listeners: ((trouble: HookTrouble) => void)[] = []

  constructor(log: Logger, environment: Partial<Omit<HookEnvironment, 'report'>> = {}) {
    this.#log = log
    const { timeoutMs = 10_000, circuit = {}, now = Date.now } = environment
    this.#environment = { timeoutMs, circuit, now, report: (trouble) => this.#report(trouble) }
  }

  add<N extends HookName>(name: N, hook: HookMap[N], options: string | HookOptions = {}): () => void {
    const { owner = 'configuration', isEssential = true } = typeof options === 'string' ? { owner: options } : options
    if (!hookNames.includes(name)) throw new UnknownHookError(name, hookNames, owner)
    const entry = new GuardedHook({ name, hook, owner, isEssential }, this.#environment)
    this.#hooks.set(name, [...(this.#hooks.get(name) ?? []), entry as unknown as GuardedHook])
    return () => {
      const others = this.#hooks.get(name)?.filter((each) => each !== (entry as unknown))
      this.#hooks.set(name, others ?? [])
    }
  }

  has(name: HookName): boolean {
    return (this.#hooks.get(name)?.length ?? 0) > 0
  }

  /** Calls a listener with whatever a hook does wrong. */
  onTrouble(listener: (trouble: HookTrouble) => void): void {
    this.#listeners.push(listener)
  }

  /** The hooks of an owner that are switched off for now. */
  pausedOf(owner: string): readonly HookName[] {
    const own = [...this.#hooks.values()].flat().filter((hook) => hook.owner === owner)
    return own.filter(({ circuit }) => circuit !== 'closed').map(({ name }) => name)
  }

  /**
   * Calls the hooks of a name that may refuse: the first that throws ends it, and its error goes to the caller. One that does not
   * answer refuses if it is essential, and is passed over if it is not; so is one that fails by a mistake of its own.
   */
  async ask<N extends Refusing>(name: N, argument: Parameters<HookMap[N]>[0]): Promise<void> {
    for (const entry of this.#list(name)) {
      if (!entry.isWanted) continue
      try {
        await entry.call(argument)
        entry.answered()
      } catch (error) {
        const isAnswer = !(error instanceof HookTimeoutError) && (entry.isEssential || !isMistake(error))
        if (isAnswer) entry.answered()
        else entry.failed(error)
        if (!isAnswer && !entry.isEssential) continue
        // An error of Tasker's own kind says by its code what is refused; any other gets the culprit's name.
        throw isTaskerError(error) ? error : new HookRefusedError(name, entry.owner, error)
      }
    }
  }

  /** Calls the hooks of a name that only observe: one that throws or hangs is logged with its owner, the others go on. */
  async tell<N extends Observing>(name: N, ...args: Parameters<HookMap[N]>): Promise<void> {
    for (const entry of this.#list(name)) {
      if (!entry.isWanted) continue
      try {
        await entry.call(...args)
        entry.answered()
      } catch (error) {
        entry.failed(error)
      }
    }
  }

  /** Wraps a handler in the `aroundStepExecute` hooks, the first one outermost. */
  around(context: StepContext, handler: () => Promise<unknown>): Promise<unknown> {
    const hooks = this.#list('aroundStepExecute')
    const call = (index: number): Promise<unknown> => {
      const entry = hooks[index]
      if (entry === undefined) return handler()
      const next = () => call(index + 1)
      if (entry.isEssential) return entry.hook(context, next)
      return entry.isWanted ? callAroundGuest(entry, context, next) : next()
    }
    return call(0)
  }

  #list<N extends HookName>(name: N): readonly GuardedHook<N>[] {
    return (this.#hooks.get(name) ?? []) as unknown as readonly GuardedHook<N>[]
  }

  #report(trouble: HookTrouble): void {
    const { hook, owner, kind, error } = trouble
    const what = { threw: 'failed', timed_out: 'did not answer', circuit_opened: 'keeps failing and is switched off' }[
      kind
    ]
    this.#log.error({ err: error, hook, owner, kind }, `hook ${hook} of ${owner} ${what}`)
    for (const listener of this.#listeners) listener(trouble)
  }
}

/** What the language throws is no answer of whoever wrote the hook. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
}
