import { type Culprit, runAs } from '../../bus/culprit.js'
import { watchStrayErrors } from './stray-errors.js'
import { TimerWatch } from './timer-watch.js'

/**
 * Watches over code of others in this process: what nobody awaits is brought home to it, and the timers that it leaves are found. The
 * modules of a package run as the code of that package, from before there is a plugin to blame.
 */
export class GuestCode {
  readonly #timers = new TimerWatch()
  readonly #packages = new Map<string, Culprit>()
  readonly #onStray: (place: string, error: unknown) => void
  #endWatch: (() => void) | undefined

  /** @param onStray takes what the modules of a package left behind; with its place, `acme-mail@1.2.0` */
  constructor(onStray: (place: string, error: unknown) => void) {
    this.#onStray = onStray
  }

  /** From now on errors that nobody awaits are brought home. */
  watch(): void {
    this.#endWatch ??= watchStrayErrors()
  }

  /** From now on nobody is blamed for them. */
  endWatch(): void {
    this.#endWatch?.()
    this.#endWatch = undefined
  }

  /** Loads the modules of a package, as its code. */
  importing<R>(place: string, load: () => Promise<R>): Promise<R> {
    this.watch()
    const known = this.#packages.get(place)
    const culprit = known ?? { kind: 'package', name: place, blame: (error) => this.#onStray(place, error) }
    this.#packages.set(place, culprit)
    return this.during(() => runAs(culprit, load))
  }

  /** Remembers the timers that are made while the work is under way. */
  during<R>(work: () => Promise<R>): Promise<R> {
    return this.#timers.during(work)
  }

  /** Ends the timers that a plugin has left; gives how many there were. */
  clearTimers(culprit: Culprit): number {
    return this.#timers.clear(culprit)
  }

  /** The same for the modules of packages, by place. */
  clearTimersOfPackages(): readonly (readonly [string, number])[] {
    return [...this.#packages].map(([place, culprit]) => [place, this.#timers.clear(culprit)])
  }
}
