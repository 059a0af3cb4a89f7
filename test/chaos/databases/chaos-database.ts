import type { Database } from '../../../core/persistence/database.js'
import type { OwnServer } from '../../support/own-server.js'
import type { WorkerSettings } from '../worker/worker-settings.js'

/** The database of one run. */
export interface ChaosDatabase {
  /** How workers get to it. */
  readonly settings: WorkerSettings['database']
  /** The server, where it is one that may be stopped. */
  readonly server?: OwnServer
  /** A connection beside the workers'. Throws while nobody answers. */
  connect(): Promise<Database>
  /** The same when no worker runs any more. */
  connectAfterwards(): Promise<Database>
  dispose(): Promise<void>
}
