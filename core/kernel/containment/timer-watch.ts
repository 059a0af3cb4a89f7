import { createHook } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'
import { type Culprit, currentCulprit } from '../../bus/culprit.js'

/** The folder of the engine's own code. */
const engineFolder = fileURLToPath(new URL('../../', import.meta.url))
/** Of that, what calls plugins and loads them: what stands above it on the stack is theirs. */
const callers = /[/\\](culprit|plugin-host|in-order|module-loader)\.js/
const framesLookedAt = 50

/**
 * Remembers the timers that plugins make while they are loaded, set up, started and stopped, to find those that they leave running: one
 * interval keeps a process from ever ending. It looks only during these phases, because looking at every timer and promise costs.
 */
export class TimerWatch {
  readonly #timers = new Map<Culprit, WeakRef<NodeJS.Timeout>[]>()
  /** Works under way. */
  #works = 0
  readonly #hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'Timeout') this.#note(resource as NodeJS.Timeout)
    },
  })

  /** Looks while the work is under way. */
  async during<R>(work: () => Promise<R>): Promise<R> {
    this.#works += 1
    this.#hook.enable()
    try {
      return await work()
    } finally {
      this.#works -= 1
      if (this.#works === 0) this.#hook.disable()
    }
  }

  /** Ends what a plugin has left, as far as it keeps the process alive; gives how many there were. */
  clear(culprit: Culprit): number {
    const left = (this.#timers.get(culprit) ?? []).map((timer) => timer.deref()).filter(keepsTheProcess)
    this.#timers.delete(culprit)
    for (const timer of left) clearTimeout(timer)
    return left.length
  }

  #note(timer: NodeJS.Timeout): void {
    const culprit = currentCulprit()
    if (culprit === undefined || culprit.kind === 'subscriber' || isMadeByEngine()) return
    const timers = this.#timers.get(culprit) ?? []
    timers.push(new WeakRef(timer))
    this.#timers.set(culprit, timers)
  }
}

/** One that has fired or was cleared says `hasRef()` all the same; only what Node itself keeps of it tells. */
function keepsTheProcess(timer: (NodeJS.Timeout & { readonly _destroyed?: boolean }) | undefined): boolean {
  return timer?.hasRef() === true && timer._destroyed !== true
}

/** A plugin that creates a task at its start sets off timers of the engine: these are not its own. */
function isMadeByEngine(): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = framesLookedAt
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = stackTraceLimit
  const isWatch = /[/\\]timer-watch\.js/
  const nearest = stack.split('\n').find((frame) => frame.includes(engineFolder) && !isWatch.test(frame))
  return nearest !== undefined && !callers.test(nearest)
}
