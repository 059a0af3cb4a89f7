/**
 * The thread that an embedded database lives in: on the main thread its commits, which are synchronous WebAssembly, would starve
 * every timer. Started by embedded-server.ts; it listens, waits to be told that the lock is held, and opens.
 */
import { readFileSync, utimesSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { closeCancelRequests } from './cancel-requests.js'
import { openFolder, openInMemory } from './database-folder.js'
import { HEARTBEAT_MS } from './holder-liveness.js'
import { parseLockRecord } from './lock-record.js'
import { SingleBackend } from './single-backend.js'
import type { HeldLock, WorkerOptions, WorkerReport, WorkerRequest } from './worker-messages.js'

const MAX_CONNECTIONS = 1_000

const main = parentPort!
const { socketPath } = workerData as WorkerOptions
const opened = Promise.withResolvers<PGlite>()
opened.promise.catch(() => {})
const backend = new SingleBackend(opened.promise, fail)
const server = new PGLiteSocketServer({
  // It calls nothing else; its type asks for the class.
  db: backend as unknown as PGlite,
  maxConnections: MAX_CONNECTIONS,
  ...(socketPath === undefined ? { host: '127.0.0.1', port: 0 } : { path: socketPath }),
})
let heartbeat: NodeJS.Timeout | undefined

main.on('message', (request: WorkerRequest) => {
  const work = request.kind === 'open' ? open(request) : stop()
  work.catch(fail)
})
server.addEventListener('listening', (event) => {
  const { port } = (event as CustomEvent<{ port?: number }>).detail
  report({ kind: 'listening', port })
})
closeCancelRequests()
await server.start().catch(fail)

async function open(request: Extract<WorkerRequest, { kind: 'open' }>): Promise<void> {
  const { folder, isFresh, making, lock } = request
  if (lock !== undefined) heartbeat = setInterval(beat, HEARTBEAT_MS, lock)
  opened.resolve(await (folder === undefined ? openInMemory(making) : openFolder(folder, isFresh, making)))
  report({ kind: 'ready' })
}

async function stop(): Promise<void> {
  await server.stop()
  const database = await opened.promise
  await backend.rollback()
  await database.close() // writes a checkpoint
  clearInterval(heartbeat)
  report({ kind: 'stopped' })
  main.close()
}

/** Shows that we live to those who cannot reach the socket, and notices when the lock is lost: somebody else may come in. */
function beat({ lockPath, token }: HeldLock): void {
  try {
    const holder = parseLockRecord(readFileSync(lockPath, 'utf8'))
    if (holder.token !== token) fail(new Error(`its lock ${lockPath} is now that of process ${holder.pid}`))
    const now = new Date()
    utimesSync(lockPath, now, now)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') fail(new Error(`its lock ${lockPath} has been removed`))
  }
}

function fail(cause: unknown): void {
  report({ kind: 'failed', error: cause instanceof Error ? cause : new Error(String(cause)) })
  process.exit(1) // ends this thread only
}

function report(message: WorkerReport): void {
  main.postMessage(message)
}
