import type { SubscriberStats } from './subscriber-stats.js'

/** A listener, subscriber or stream, as the bus looks after it. */
export interface BusMember {
  readonly name: string
  /** Whether it is working on an event, or will be without more ado. */
  readonly isBusy: boolean
  /** Events that it has been given and has not finished with. */
  readonly unfinished: number
  /** Resolves when it is not busy. */
  idle(): Promise<void>
  stats(): SubscriberStats
}
