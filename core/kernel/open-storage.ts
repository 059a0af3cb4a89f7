import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigValues } from '../config/config-schema.js'
import { maskUrlSecrets } from '../config/printable-value.js'
import type { Logger } from '../contracts/logger.js'
import type { Signals } from '../contracts/signals.js'
import type { Store } from '../contracts/store.js'
import type { SubscriptionStore } from '../contracts/subscription-store.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { type Database, openDatabase } from '../persistence/database.js'
import type { DatabaseAddress } from '../persistence/database-address.js'
import { type EmbeddedServer, startEmbeddedServer } from '../persistence/embedded/embedded-server.js'
import { findEmbeddedServer } from '../persistence/embedded/find-embedded-server.js'
import { migrate, migrationStatus } from '../persistence/migrate.js'
import { LocalSignals } from '../persistence/signals/local-signals.js'
import { NotifySignals } from '../persistence/signals/notify-signals.js'
import type { StatementHook } from '../persistence/statement-hook.js'
import { PostgresStore } from '../persistence/store.js'
import { SubscriptionTables } from '../persistence/subscriptions/subscription-store.js'
import type { DatabaseInfo } from './tasker.js'

/** All connections of the embedded server share one backend: more would only wait for each other. */
const embeddedPoolSize = 4
/** How often a boot that waits for the database looks whether it answers. */
const bootLookMs = 500

export interface StorageOptions {
  /** Connects to the process that holds the embedded folder, if there is one, instead of being refused. */
  readonly attach: boolean
  /** Leaves the tables as they are: for looking at the status of migrations. */
  readonly skipMigrations: boolean
  /** An embedded server that this process runs already: used instead of one of its own, and not stopped with it. */
  readonly runningServer?: DatabaseAddress
  /** Stands between the engine and its statements, for tests. */
  readonly onStatement?: StatementHook
}

/** The database of one kernel, open and migrated. */
export interface Storage {
  readonly store: Store
  readonly subscriptions: SubscriptionStore
  readonly signals: Signals
  readonly database: Database
  readonly info: DatabaseInfo
  /** The embedded server ended by itself. */
  onFailure(listener: (error: Error) => void): void
  migrate(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Opens what the configuration names: a PostgreSQL server by its url, or the embedded one in its folder. */
export async function openStorage(
  { database: config }: Pick<ConfigValues, 'database'>,
  log: Logger,
  options: StorageOptions,
): Promise<Storage> {
  const { url, path, schema, poolSize, ssl, connectTimeoutMs, queryTimeoutMs, waitAtBootMs } = config
  const { onStatement } = options
  const shared = { schema, connectTimeoutMs, queryTimeoutMs, log, ...(onStatement ? { onStatement } : {}) }
  if (url !== undefined) {
    const server = { connection: { url }, poolSize, hasSessions: true, ...(ssl === undefined ? {} : { ssl }) }
    const database = await whenItAnswers(waitAtBootMs, log, () => openDatabase({ ...shared, ...server }))
    const info = { kind: 'postgresql', isHolder: false, connection: maskUrlSecrets(url), schema } as const
    return prepare({ database, info, server: undefined, log }, options)
  }
  const guest = options.attach && path !== ':memory:' ? await findEmbeddedServer(path) : undefined
  const running = guest?.connection ?? options.runningServer
  const server = running
    ? undefined
    : await startEmbeddedServer({ path, schema, log: (message) => log.debug({}, message) })
  const connection = running ?? server!.connection
  const opening = openDatabase({ ...shared, connection, poolSize: embeddedPoolSize })
  const database = await opening.catch(async (error) => {
    // The folder must not stay locked by a server that nobody uses.
    await server?.stop()
    throw error
  })
  const info = {
    kind: 'embedded',
    path,
    isHolder: guest === undefined,
    connection: textOf(connection),
    schema,
  } as const
  return prepare({ database, info, server, log }, options)
}

/** Tries again, for as long as the configuration says, while the server does not answer; a wrong password does not mend itself. */
async function whenItAnswers(waitMs: number, log: Logger, open: () => Promise<Database>): Promise<Database> {
  const deadline = performance.now() + waitMs
  for (let tries = 1; ; tries++) {
    try {
      return await open()
    } catch (error) {
      const leftMs = deadline - performance.now()
      if (!isTaskerError(error) || leftMs <= 0) throw error
      if (error.code !== 'DATABASE_UNAVAILABLE' || error.details.reason === 'access') throw error
      if (tries === 1) log.warn({ err: error, waitMs }, 'the database does not answer; the boot waits for it')
      await sleep(Math.min(leftMs, bootLookMs))
    }
  }
}

interface Opened {
  readonly database: Database
  readonly info: Omit<DatabaseInfo, 'migrationStatus'>
  readonly server: EmbeddedServer | undefined
  readonly log: Logger
}

async function prepare({ database, info, server, log }: Opened, options: StorageOptions): Promise<Storage> {
  const notify = info.kind === 'postgresql' ? notifySignals(database, log) : undefined
  const close = async (): Promise<void> => {
    notify?.close()
    await database.close()
    await server?.stop()
  }
  try {
    if (!options.skipMigrations) await migrate(database)
  } catch (error) {
    await close()
    throw error
  }
  return {
    store: new PostgresStore(database),
    subscriptions: new SubscriptionTables(database),
    // Connections of an embedded server share one backend: NOTIFY would reach no other.
    signals: notify ?? new LocalSignals(),
    database,
    info: { ...info, migrationStatus: () => migrationStatus(database) },
    onFailure: (listener) => server?.onFailure(listener),
    migrate: () => migrate(database),
    close,
  }
}

function notifySignals(database: Database, log: Logger): NotifySignals {
  const newClient = () => database.newClient('listens')
  return new NotifySignals({ newClient, query: (sql, values) => database.query(sql, values), log })
}

/** How psql would be told. */
function textOf({ host, port, user, database }: DatabaseAddress): string {
  return `host=${host} port=${port} user=${user} dbname=${database}`
}
