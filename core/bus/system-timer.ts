import type { Clock } from '../contracts/clock.js'

/** Timers of the system, for a bus that was given none. */
export const setSystemTimer: Clock['setTimer'] = (callback, delayMs, { background = false } = {}) => {
  const timer = setTimeout(callback, delayMs)
  if (background) timer.unref()
  return { cancel: () => clearTimeout(timer) }
}
