import { type EmbeddedServer, startEmbeddedServer } from '../persistence/embedded/embedded-server.js'
import { SpareSchemas } from './spare-schemas.js'

/** The embedded server of a process, and what its tests may have of it. */
export interface SharedServer {
  readonly connection: EmbeddedServer['connection']
  readonly schemas: SpareSchemas
}

interface RunningServer extends SharedServer {
  keepAlive(isWanted: boolean): void
}

let server: Promise<RunningServer> | undefined
let users = 0

/**
 * The embedded server in memory that all test kernels of the process share, each in a schema of its own: starting one takes about
 * a second, a schema that another test has left some milliseconds. It does not keep the process alive while nobody uses it.
 */
export async function joinSharedServer(): Promise<SharedServer> {
  server ??= start()
  const running = await server
  users += 1
  running.keepAlive(true)
  return running
}

/** Leaves the server; it stays for the next test. */
export async function leaveSharedServer(): Promise<void> {
  users -= 1
  if (users === 0) (await server)?.keepAlive(false)
}

async function start(): Promise<RunningServer> {
  try {
    const started = await startEmbeddedServer({ path: ':memory:' })
    const { connection } = started
    // Node calls this when nothing else is left to do: the socket's folder is then removed.
    process.once('beforeExit', () => {
      server = undefined
      started.keepAlive(true)
      void started.stop()
    })
    const schemas = await SpareSchemas.of(connection)
    return { connection, schemas, keepAlive: (isWanted) => started.keepAlive(isWanted) }
  } catch (error) {
    server = undefined
    throw error
  }
}
