import type { EmbeddedDatabaseHolder } from '../../errors/embedded-database-errors.js'
import { canonicalFolder } from './canonical-folder.js'
import { connectionTo, type EmbeddedConnection } from './embedded-connection.js'
import { lockPathOf, readLock } from './folder-lock.js'
import { probeEndpoint } from './socket-endpoint.js'

/** An embedded server that runs in some process of this user. */
export interface FoundEmbeddedServer {
  readonly connection: EmbeddedConnection
  readonly holder: EmbeddedDatabaseHolder
}

/**
 * Finds the server that holds a folder and answers, so that another process can be its client. One that is just starting is
 * found as well: it lets its clients wait until it is ready.
 *
 * @returns undefined if nobody answers: there is no server, it is dead, or it is out of reach in another container.
 * @example
 * const found = await findEmbeddedServer('.tasker/db')
 * if (found) await new Client(found.connection).connect()
 */
export async function findEmbeddedServer(path: string): Promise<FoundEmbeddedServer | undefined> {
  const lock = await readLock(lockPathOf(await canonicalFolder(path)))
  if (lock?.endpoint === undefined || (await probeEndpoint(lock.endpoint)) !== 'answers') return undefined
  const { pid, host, startedAt } = lock
  return { connection: connectionTo(lock.endpoint), holder: { pid, host, startedAt } }
}
