export type CircuitState = 'closed' | 'open' | 'half_open'

export interface CircuitOptions {
  /** How many failures in a row open the circuit. Default 10. */
  readonly failures?: number
  /** How long it stays open before one event is tried, in milliseconds. Default 30 000. */
  readonly cooldownMs?: number
}

/** Pauses a subscriber that fails time after time, and tries it again after a while. */
export class CircuitBreaker {
  readonly #threshold: number
  readonly #cooldownMs: number
  #state: CircuitState = 'closed'
  #failures = 0
  #since = 0

  constructor({ failures = 10, cooldownMs = 30_000 }: CircuitOptions = {}) {
    this.#threshold = failures
    this.#cooldownMs = cooldownMs
  }

  get state(): CircuitState {
    return this.#state
  }

  /** Closed, and the last call was no failure. */
  get isUntroubled(): boolean {
    return this.#state === 'closed' && this.#failures === 0
  }

  /** Whether an event may be delivered now; the first one after the cool-down is a trial. */
  allows(now: number): boolean {
    if (this.#state === 'closed') return true
    // A trial that never ends must not pause the subscriber for ever: after another cool-down the next one begins.
    if (now - this.#since < this.#cooldownMs) return false
    this.#state = 'half_open'
    this.#since = now
    return true
  }

  /** How long until an event may be delivered again. */
  remainingMs(now: number): number {
    return this.#state === 'closed' ? 0 : Math.max(0, this.#since + this.#cooldownMs - now)
  }

  succeeded(): void {
    this.#failures = 0
    // What began before the circuit opened says nothing about now.
    if (this.#state === 'half_open') this.#state = 'closed'
  }

  /** Opens it, however many failures there were. */
  trip(now: number): void {
    this.#state = 'open'
    this.#since = now
  }

  /** Whether this failure opened the circuit. */
  failed(now: number): boolean {
    this.#failures++
    if (this.#state === 'open') return false
    if (this.#state === 'closed' && this.#failures < this.#threshold) return false
    this.#state = 'open'
    this.#since = now
    return true
  }
}
