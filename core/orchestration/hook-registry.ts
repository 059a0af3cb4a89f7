import type { HookMap, HookName, Hooks } from '../contracts/hooks.js'
import type { Logger } from '../contracts/logger.js'
import type { StepContext } from '../contracts/task-definition.js'
import { HookRefusedError, UnknownHookError } from '../errors/hook-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'

interface Registered<N extends HookName> {
  readonly hook: HookMap[N]
  readonly owner: string
}

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

/** The hooks that plugins added, called in the order in which they were added, each awaited. */
export class HookRegistry implements Hooks {
  readonly #hooks = new Map<HookName, Registered<HookName>[]>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  add<N extends HookName>(name: N, hook: HookMap[N], owner = 'configuration'): () => void {
    if (!hookNames.includes(name)) throw new UnknownHookError(name, hookNames, owner)
    const entry: Registered<HookName> = { hook, owner }
    const list = this.#hooks.get(name) ?? []
    this.#hooks.set(name, [...list, entry])
    return () =>
      this.#hooks.set(
        name,
        (this.#hooks.get(name) ?? []).filter((each) => each !== entry),
      )
  }

  has(name: HookName): boolean {
    return (this.#hooks.get(name)?.length ?? 0) > 0
  }

  /** Calls the hooks of a name that may refuse: the first that throws ends it, and its error goes to the caller. */
  async ask<N extends 'beforeTaskCreate' | 'beforeCommand' | 'beforeStepExecute' | 'beforeExport'>(
    name: N,
    argument: Parameters<HookMap[N]>[0],
  ): Promise<void> {
    for (const { hook, owner } of this.#list(name)) {
      try {
        await (hook as (argument: unknown) => unknown)(argument)
      } catch (error) {
        // An error of Tasker's own kind says by its code what is refused; any other gets the culprit's name.
        throw isTaskerError(error) ? error : new HookRefusedError(name, owner, error)
      }
    }
  }

  /** Calls the hooks of a name that only observe: one that throws is logged with its owner, the others go on. */
  async tell<N extends 'afterStepExecute' | 'onStart' | 'onStop'>(
    name: N,
    ...args: Parameters<HookMap[N]>
  ): Promise<void> {
    for (const { hook, owner } of this.#list(name)) {
      try {
        await (hook as (...args: unknown[]) => unknown)(...args)
      } catch (error) {
        this.#log.error({ err: error, hook: name, owner }, `hook ${name} of ${owner} failed`)
      }
    }
  }

  /** Wraps a handler in the `aroundStepExecute` hooks, the first one outermost. */
  around(context: StepContext, handler: () => Promise<unknown>): Promise<unknown> {
    const hooks = this.#list('aroundStepExecute')
    const call = (index: number): Promise<unknown> => {
      const next = hooks[index]
      return next ? next.hook(context, () => call(index + 1)) : handler()
    }
    return call(0)
  }

  #list<N extends HookName>(name: N): readonly Registered<N>[] {
    return (this.#hooks.get(name) ?? []) as unknown as readonly Registered<N>[]
  }
}
