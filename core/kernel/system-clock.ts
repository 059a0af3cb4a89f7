import type { Clock, Timer } from '../contracts/clock.js'

/** Node's timers take at most this; a longer one fires at once. */
const longestDelayMs = 2 ** 31 - 1

/** The clock of the machine. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  setTimer(callback: () => void, delayMs: number, options: { readonly background?: boolean } = {}): Timer {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), longestDelayMs))
    if (options.background) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  }
}
