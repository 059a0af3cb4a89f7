import type { DatabaseOptions } from '../../core/persistence/database.js'
import { joinSharedServer, leaveSharedServer } from '../../core/testing/shared-server.js'
import { testDatabaseUrl } from './postgres.js'

/** Where tests find a database: on the server of TASKER_TEST_DATABASE_URL, else the embedded one that they share. */
export interface DatabaseServer {
  readonly connection: DatabaseOptions['connection']
  /** For {@link FaultProxy.inFrontOf}. */
  readonly target: string | { readonly host: string; readonly port: number }
  leave(): Promise<void>
}

export async function joinDatabaseServer(): Promise<DatabaseServer> {
  const url = testDatabaseUrl()
  if (url !== undefined) return { connection: { url }, target: url, leave: async () => undefined }
  const { connection } = await joinSharedServer()
  return { connection, target: connection, leave: leaveSharedServer }
}
