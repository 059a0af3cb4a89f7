import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { BlockingWatch } from './blocking-watch.js'
import type { FailureReport } from './bus-failure.js'
import type { CircuitOptions } from './circuit-breaker.js'

/** What the parts of the bus share. */
export interface BusEnvironment {
  readonly now: () => number
  readonly setTimer: Clock['setTimer']
  readonly log: Logger
  readonly report: FailureReport
  readonly circuit: CircuitOptions
  readonly watch: BlockingWatch
}
