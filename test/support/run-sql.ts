import pg from 'pg'
import type { DatabaseInfo } from '../../core/index.js'
import type { DatabaseAddress } from '../../core/persistence/database-address.js'

/** Runs SQL in the database of a kernel, over a connection of its own. `SCHEMA` in the text stands for the kernel's schema. */
export async function runSql(database: DatabaseInfo, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(connectionOptions(database.connection))
  await client.connect()
  try {
    const { rows } = await client.query(sql.replaceAll('SCHEMA', `"${database.schema}"`))
    return rows
  } finally {
    await client.end()
  }
}

/** How the driver is told what an instance says of its connection. */
export function connectionOptions(connection: string): pg.ClientConfig {
  if (connection.startsWith('postgres')) return { connectionString: connection }
  const { host, port, user, dbname } = Object.fromEntries(connection.split(' ').map((part) => part.split('=')))
  return { host, port: Number(port), user, database: dbname }
}

/** The same connection for what opens databases itself. */
export function connectionOf({ connection }: Pick<DatabaseInfo, 'connection'>): { url: string } | DatabaseAddress {
  if (connection.startsWith('postgres')) return { url: connection }
  const { host, port, user, database } = connectionOptions(connection) as Required<pg.ClientConfig>
  return { host: host!, port, user: user!, database: database! }
}
