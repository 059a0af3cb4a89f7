import type { SubscriberStats } from './subscriber-stats.js'

export interface BusStats {
  /** Holding what is published until the bus is opened; open; or closed for good. */
  readonly phase: 'holding' | 'open' | 'closed'
  /** Events dispatched so far. */
  readonly dispatched: number
  /** Events that wait for the bus to be opened. */
  readonly held: number
  readonly droppedWhileHeld: number
  /** Failures reported on the error channel. */
  readonly failures: number
  readonly subscribers: readonly SubscriberStats[]
}
