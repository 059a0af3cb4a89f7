import type { CircuitState } from './circuit-breaker.js'

/** What the bus knows about one listener or subscriber. */
export interface SubscriberStats {
  readonly name: string
  readonly patterns: readonly string[]
  /** Called as a listener, through a queue as a subscriber, or read as a stream. */
  readonly kind: 'listener' | 'subscriber' | 'stream'
  /** Events handed to its handler. */
  readonly delivered: number
  /** Handlers that threw, rejected or timed out. */
  readonly failed: number
  readonly timedOut: number
  /** Calls that kept the process from all else for too long, as far as they were looked at. */
  readonly blocked: number
  /** Events lost because its queue was full. */
  readonly dropped: number
  /** Events it did not get while its circuit was open. */
  readonly skipped: number
  /** Events that wait for it now. */
  readonly queued: number
  readonly circuit: CircuitState
}
