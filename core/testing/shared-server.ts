import { type EmbeddedServer, startEmbeddedServer } from '../persistence/embedded/embedded-server.js'

let server: Promise<EmbeddedServer> | undefined
let users = 0

/**
 * The embedded server in memory that all test kernels of the process share, each in a schema of its own: starting one takes about
 * a second, a schema a tenth of that. It does not keep the process alive while nobody uses it.
 */
export async function joinSharedServer(): Promise<EmbeddedServer> {
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

async function start(): Promise<EmbeddedServer> {
  const started = await startEmbeddedServer({ path: ':memory:' }).catch((error: unknown) => {
    server = undefined
    throw error
  })
  // Node calls this when nothing else is left to do: the socket's folder is then removed.
  process.once('beforeExit', () => {
    server = undefined
    started.keepAlive(true)
    void started.stop()
  })
  return started
}
