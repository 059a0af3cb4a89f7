import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  EmbeddedDatabaseFailedError,
  EmbeddedDatabaseInUseError,
  EmbeddedDatabaseStartError,
} from '../../errors/embedded-database-errors.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { canonicalFolder } from './canonical-folder.js'
import { compiledEngine } from './compiled-engine.js'
import type { DatabaseMaking } from './database-folder.js'
import { connectionTo, type EmbeddedConnection } from './embedded-connection.js'
import { findEmbeddedServer } from './find-embedded-server.js'
import { acquireFolderLock, lockPathOf, releaseFolderLock } from './folder-lock.js'
import { isFreshFolder } from './fresh-folder.js'
import { createLockRecord } from './lock-record.js'
import { preparedImagePath } from './prepared-image.js'
import { preparedSchema } from './prepared-tables.js'
import {
  createSocketDirectory,
  removeSocketDirectory,
  removeSocketDirectoryNow,
  type SocketEndpoint,
  socketPathOf,
  UNIX_SOCKET_PORT,
} from './socket-endpoint.js'
import { WorkerThread } from './worker-thread.js'

export interface EmbeddedServerOptions {
  /** The folder of the database, made if it is not there, or `:memory:` for one that ends with the server. */
  readonly path: string
  /** A prepared image to make a new database from. Default: the one the package brings; without one, `initdb` runs. */
  readonly imagePath?: string
  /** The schema that Tasker's tables are for: a new database has them if it is `tasker`, which is the default. */
  readonly schema?: string
  readonly log?: (message: string) => void
}

/** A PostgreSQL server that runs in a thread of this process. */
export interface EmbeddedServer {
  /** For `pg`, MikroORM or psql. */
  readonly connection: EmbeddedConnection
  /** The folder, absolute and without symbolic links, or `:memory:`. */
  readonly path: string
  /** Whether this start made the database. */
  readonly isFresh: boolean
  /** Ends all connections, rolls back what is open, closes the database and gives the folder free. Idempotent. */
  stop(): Promise<void>
  /** Whether the server keeps the process alive, which it does until told otherwise. */
  keepAlive(isWanted: boolean): void
  /** Calls the listener once if the server ends without `stop()`, at once if it has. Returns how to stop listening. */
  onFailure(listener: (error: EmbeddedDatabaseFailedError) => void): () => void
}

/**
 * Starts PGlite in a worker thread and serves it by a socket that only this user can open: a unix socket named as PostgreSQL
 * names it, or on Windows a loopback port. It takes 0.2 to 0.6 s for an existing folder, 0.1 to 0.2 s more for a new one
 * from the prepared image, 2 to 9 s without.
 *
 * All connections share one backend; see {@link SingleBackend} for what that means.
 *
 * @throws EmbeddedDatabaseInUseError if a live process, or this one, holds the folder.
 * @throws EmbeddedDatabaseFolderError if the folder holds other things.
 * @throws EmbeddedDatabaseStartError if the database cannot be made or opened.
 * @example
 * const server = await startEmbeddedServer({ path: '.tasker/db' })
 * const pool = new Pool(server.connection)
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { path, imagePath = preparedImagePath(), schema = preparedSchema, log = () => {} } = options
  const folder = path === ':memory:' ? undefined : await makeParent(path)
  if (folder !== undefined) {
    // The lock decides, later; this refuses without starting a thread first.
    const running = await findEmbeddedServer(folder)
    if (running !== undefined) throw new EmbeddedDatabaseInUseError(folder, running.holder)
  }
  // Beside the start of the thread.
  const engine = compiledEngine()
  engine.catch(() => {})
  const server = await listen(folder ?? path)
  try {
    await server.open(folder, { engine: await engine, imagePath, schema }, log)
    return server
  } catch (error) {
    await server.abandon()
    throw isTaskerError(error) ? error : new EmbeddedDatabaseStartError(path, error)
  }
}

async function makeParent(path: string): Promise<string> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true })
    return await canonicalFolder(path)
  } catch (error) {
    throw new EmbeddedDatabaseStartError(path, error)
  }
}

/** Binds the socket, before the lock is taken: a lock is judged by its socket, so that it must answer from the start. */
async function listen(path: string): Promise<WorkerServer> {
  const isWindows = process.platform === 'win32'
  const directory = isWindows ? undefined : await createSocketDirectory(path)
  const unixEndpoint = directory === undefined ? undefined : { host: directory, port: UNIX_SOCKET_PORT }
  const thread = new WorkerThread({ socketPath: unixEndpoint && socketPathOf(unixEndpoint) })
  try {
    const port = await thread.listening
    return new WorkerServer(path, thread, unixEndpoint ?? { host: '127.0.0.1', port: port! })
  } catch (error) {
    if (unixEndpoint !== undefined) await removeSocketDirectory(unixEndpoint)
    throw new EmbeddedDatabaseStartError(path, error)
  }
}

class WorkerServer implements EmbeddedServer {
  readonly path: string
  readonly connection: EmbeddedConnection
  isFresh = true
  readonly #thread: WorkerThread
  readonly #endpoint: SocketEndpoint
  readonly #listeners = new Set<(error: EmbeddedDatabaseFailedError) => void>()
  #lockToken: string | undefined
  #failure: EmbeddedDatabaseFailedError | undefined
  #stopping: Promise<void> | undefined
  /** A process that just ends leaves no socket behind, unless a lock refers to it: then that tells others that we are gone. */
  readonly #onExit = () => {
    if (this.#lockToken === undefined) removeSocketDirectoryNow(this.#endpoint)
  }

  constructor(path: string, thread: WorkerThread, endpoint: SocketEndpoint) {
    this.path = path
    this.#thread = thread
    this.#endpoint = endpoint
    this.connection = connectionTo(endpoint)
    process.on('exit', this.#onExit)
  }

  async open(folder: string | undefined, making: DatabaseMaking, log: (message: string) => void): Promise<void> {
    if (folder !== undefined) {
      const record = createLockRecord(this.#endpoint)
      await acquireFolderLock(folder, record, log)
      this.#lockToken = record.token
      this.isFresh = await isFreshFolder(folder)
    }
    const token = this.#lockToken
    const lock = folder === undefined || token === undefined ? undefined : { lockPath: lockPathOf(folder), token }
    this.#thread.send({ kind: 'open', folder, isFresh: this.isFresh, making, lock })
    await this.#thread.ready
    void this.#thread.ended.then((cause) => this.#onEnded(cause))
  }

  /** Undoes a start that has failed. */
  async abandon(): Promise<void> {
    await this.#thread.terminate()
    await this.#release()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  keepAlive(isWanted: boolean): void {
    this.#thread.keepAlive(isWanted)
  }

  async #stop(): Promise<void> {
    if (this.#failure !== undefined) return
    this.#thread.send({ kind: 'stop' })
    await this.#thread.ended
    await this.#release()
  }

  onFailure(listener: (error: EmbeddedDatabaseFailedError) => void): () => void {
    if (this.#failure !== undefined) queueMicrotask(listener.bind(undefined, this.#failure))
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #onEnded(cause: Error | undefined): Promise<void> {
    if (cause === undefined) return
    this.#failure = new EmbeddedDatabaseFailedError(this.path, cause)
    await this.#release()
    for (const listener of this.#listeners) listener(this.#failure)
  }

  /** After the thread has ended: until then the folder is in use. */
  async #release(): Promise<void> {
    if (this.#lockToken !== undefined) await releaseFolderLock(this.path, this.#lockToken)
    await removeSocketDirectory(this.#endpoint)
    process.off('exit', this.#onExit)
  }
}
