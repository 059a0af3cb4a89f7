/** A timer that a {@link Clock} made; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * The one source of time for due times, time-outs, `occurredAt` and durations. Leases and heartbeats use the clock of the
 * database instead, because they compare what different machines wrote.
 */
export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  now(): number
  /** Milliseconds since an arbitrary start, never going back: for durations. */
  monotonic(): number
  /** Calls `callback` once after `delayMs`. Timers of the system clock do not keep the process alive when `background` is set. */
  setTimer(callback: () => void, delayMs: number, options?: { readonly background?: boolean }): Timer
}
