import { setTimeout as sleep } from 'node:timers/promises'
import type { TestTasker } from 'tasker/testing'

/** How time passes: under a clock that is moved, or by waiting. */
export interface Time {
  /** Until all that was set off is done, or as long as that usually takes. */
  settle(t: TestTasker): Promise<void>
  pass(t: TestTasker, ms: number): Promise<void>
  /** Whether nothing is under way any more when it has settled. */
  readonly isQuiet: boolean
}

export const virtualTime: Time = {
  settle: (t) => t.clock.advance(0),
  pass: (t, ms) => t.clock.advance(ms),
  isQuiet: true,
}

/** A thousand times as fast as it says, and not faster than what has been set off. */
export const realTime: Time = {
  settle: () => sleep(15),
  pass: (_, ms) => sleep(15 + ms / 1_000),
  isQuiet: false,
}
