import { randomBytes } from 'node:crypto'
import { type Database, type DatabaseOptions, openDatabase } from '../../core/persistence/database.js'

import { migrate } from '../../core/persistence/migrate.js'
import { joinSharedServer, leaveSharedServer, type SharedServer } from '../../core/testing/shared-server.js'
import { testDatabaseUrl } from './postgres.js'

export interface TestDatabaseOptions {
  /** Whether the tables are created. Default true. */
  readonly migrated?: boolean
  readonly poolSize?: number
}

/** Whether transactions of several connections can be open at once: not on the embedded server. */
export const hasConcurrentTransactions = testDatabaseUrl() !== undefined

/**
 * A database in a schema of its own: on the server of TASKER_TEST_DATABASE_URL, or on the embedded one in memory that all test
 * kernels of the process share. Close it with {@link closeTestDatabase}.
 */
export async function openTestDatabase({ migrated = true, ...options }: TestDatabaseOptions = {}): Promise<Database> {
  const database = await openAnother(`test_${randomBytes(6).toString('hex')}`, options)
  if (migrated) await migrate(database)
  return database
}

/** A second set of connections to the same schema, as another process would have. */
export async function openSame(
  database: Database,
  options: Pick<DatabaseOptions, 'onStatement'> = {},
): Promise<Database> {
  return openAnother(database.schema, options)
}

/** Drops the schema and closes the connections. */
export async function closeTestDatabase(database: Database): Promise<void> {
  await database.query(`drop schema if exists "${database.schema}" cascade`)
  await database.close()
}

async function openAnother(
  schema: string,
  { poolSize = 5, ...options }: Partial<DatabaseOptions> = {},
): Promise<Database> {
  const url = testDatabaseUrl()
  const connection: DatabaseOptions['connection'] = url ? { url } : (await sharedServer()).connection
  return openDatabase({ ...options, connection, schema, poolSize })
}

/** Joined only to start it: mocha keeps the process alive while there are tests. */
async function sharedServer(): Promise<SharedServer> {
  const server = await joinSharedServer()
  await leaveSharedServer()
  return server
}
