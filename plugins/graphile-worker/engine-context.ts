import type { DatabaseAccess, Logger, WakeListener } from '../../core/index.js'

export interface GraphileWorkerQueueOptions {
  readonly database: DatabaseAccess
  readonly log: Logger
  /** How often jobs are looked for that have become due, in milliseconds. */
  readonly pollIntervalMs: number
}

/** What the parts of the queue share. */
export interface EngineContext extends GraphileWorkerQueueOptions {
  /** Of graphile-worker's tables. */
  readonly schema: string
}

/** Who is woken, and for what. */
export interface Sleeper {
  readonly listener: WakeListener
  readonly kinds: () => readonly string[]
}
