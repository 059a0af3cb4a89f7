import type { ConfigValues } from '../config/config-schema.js'
import { maskUrlSecrets } from '../config/printable-value.js'
import type { Logger } from '../contracts/logger.js'
import type { Store } from '../contracts/store.js'
import { type Database, type DatabaseAddress, openDatabase } from '../persistence/database.js'
import { type EmbeddedServer, startEmbeddedServer } from '../persistence/embedded/embedded-server.js'
import { findEmbeddedServer } from '../persistence/embedded/find-embedded-server.js'
import { migrate, migrationStatus } from '../persistence/migrate.js'
import { PostgresStore } from '../persistence/store.js'
import type { DatabaseInfo } from './tasker.js'

/** All connections of the embedded server share one backend: more would only wait for each other. */
const embeddedPoolSize = 4

export interface StorageOptions {
  /** Connects to the process that holds the embedded folder, if there is one, instead of being refused. */
  readonly attach: boolean
  /** Leaves the tables as they are: for looking at the status of migrations. */
  readonly skipMigrations: boolean
  /** An embedded server that this process runs already: used instead of one of its own, and not stopped with it. */
  readonly runningServer?: DatabaseAddress
}

/** The database of one kernel, open and migrated. */
export interface Storage {
  readonly store: Store
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
  const { url, path, schema, poolSize, ssl } = config
  if (url !== undefined) {
    const connection = { url }
    const database = await openDatabase({ connection, schema, poolSize, log, ...(ssl === undefined ? {} : { ssl }) })
    const info = { kind: 'postgresql', isHolder: false, connection: maskUrlSecrets(url), schema } as const
    return prepare(database, info, undefined, options)
  }
  const guest = options.attach && path !== ':memory:' ? await findEmbeddedServer(path) : undefined
  const running = guest?.connection ?? options.runningServer
  const server = running ? undefined : await startEmbeddedServer({ path, log: (message) => log.debug({}, message) })
  const connection = running ?? server!.connection
  const database = await openDatabase({ connection, schema, poolSize: embeddedPoolSize, log }).catch(async (error) => {
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
  return prepare(database, info, server, options)
}

async function prepare(
  database: Database,
  info: Omit<DatabaseInfo, 'migrationStatus'>,
  server: EmbeddedServer | undefined,
  options: StorageOptions,
): Promise<Storage> {
  const close = async (): Promise<void> => {
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
    database,
    info: { ...info, migrationStatus: () => migrationStatus(database) },
    onFailure: (listener) => server?.onFailure(listener),
    migrate: () => migrate(database),
    close,
  }
}

/** How psql would be told. */
function textOf({ host, port, user, database }: DatabaseAddress): string {
  return `host=${host} port=${port} user=${user} dbname=${database}`
}
