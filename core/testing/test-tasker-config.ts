import type { TaskerConfigInput } from '../config/config-input.js'

/** A configuration for tests: that of `defineConfig`, and what a test decides besides. */
export interface TestTaskerConfig extends TaskerConfigInput {
  /** `virtual` stands still until it is moved, and is where retries and time-outs cost no waiting. Default `virtual`. */
  readonly clock?: 'virtual' | 'system'
  /** Where ids and chance start from. Default: by chance, and the test kernel tells which, as `seed`. */
  readonly seed?: number
  /** What the virtual clock shows at first. Default 2026-01-01 in UTC, so that a run can be repeated. */
  readonly startAt?: Date | string
  /**
   * How long, in milliseconds of real time, nothing may happen while a handler runs until it counts as one that waits for virtual time to
   * pass. Default 100: enough for a handler that computes or asks a server nearby. Where handlers wait for nothing but the test
   * itself, 5 make it faster.
   */
  readonly handlerPatienceMs?: number
}
