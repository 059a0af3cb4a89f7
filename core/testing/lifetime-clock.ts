import type { Clock, Timer } from '../contracts/clock.js'

/** The clock of one life of a kernel: when that ends, its timers never fire. */
export class LifetimeClock implements Clock {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  #hasEnded = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#clock.monotonic()
  }

  setTimer(callback: () => void, delayMs: number, options?: { readonly background?: boolean }): Timer {
    if (this.#hasEnded) return { cancel: () => {} }
    const fire = (): void => {
      this.#timers.delete(timer)
      callback()
    }
    const timer = this.#clock.setTimer(fire, delayMs, options)
    this.#timers.add(timer)
    return {
      cancel: () => {
        this.#timers.delete(timer)
        timer.cancel()
      },
    }
  }

  end(): void {
    this.#hasEnded = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}
