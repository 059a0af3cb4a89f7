import type { EventEnvelope } from '../events/envelope.js'

/** What can go wrong between the bus and one of its subscribers. */
export type BusFailureKind =
  | 'threw'
  | 'rejected'
  | 'timed_out'
  /** It kept the process from all else for too long. */
  | 'blocked'
  /** It left an error behind that nobody awaited or caught. */
  | 'strayed'
  | 'overflowed'
  | 'circuit_opened'
  | 'unknown_event'

/** What the error channel of the bus carries. */
export interface BusFailure {
  readonly kind: BusFailureKind
  /** Name of the listener or subscriber at fault. */
  readonly subscriber: string
  /** The event it was called with; of an overflow, the one that was dropped. */
  readonly event?: EventEnvelope
  readonly error?: unknown
  /** Of an overflow: how many events the subscriber has lost so far. */
  readonly dropped?: number
}

/** Takes failures in; never throws. */
export type FailureReport = (failure: BusFailure) => void
