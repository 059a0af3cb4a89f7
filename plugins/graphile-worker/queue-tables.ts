import { createHash } from 'node:crypto'
import type { DatabaseAccess } from '../../core/index.js'
import type { EngineContext } from './engine-context.js'
import { toEngineLogger } from './engine-logger.js'
import { migrationPool } from './engine-pool.js'

/** The last migration of the version of graphile-worker that package.json pins; a test compares it. */
export const latestMigration = 20

/** PostgreSQL cuts names after 63 bytes. */
const longestName = 63

/**
 * The schema of graphile-worker's tables: beside Tasker's own, and another one for each, so that several Taskers in one database
 * do not take each other's wake-ups. `tasker` → `tasker_queue`
 */
export function queueSchemaOf(schema: string): string {
  const name = `${schema}_queue`
  if (name.length <= longestName) return name
  const digest = createHash('sha256').update(schema).digest('hex').slice(0, 8)
  return `${schema.slice(0, longestName - '_12345678_queue'.length)}_${digest}_queue`
}

/** Creates and updates graphile-worker's tables, if need be. Several processes may do so at once: one works, the others wait. */
export async function prepareTables(context: EngineContext): Promise<void> {
  const { database, schema } = context
  if ((await findMigration(database, schema)) >= latestMigration) return
  // Not before it is needed: it takes time to load, and looks for configuration files when it is.
  const { runMigrations } = await import('graphile-worker')
  const exitCode = process.exitCode
  const key = `graphile-worker migrations of ${schema}`
  await database.withConnection(async (connection) => {
    await connection.query('select pg_advisory_lock(hashtext($1))', [key])
    try {
      const logger = await toEngineLogger(context.log, () => false)
      await runMigrations({ schema, logger, pgPool: migrationPool(connection), noHandleSignals: true })
    } finally {
      // It sets one where the tables are of a later version; that is for us to say.
      process.exitCode = exitCode
      await connection.query('select pg_advisory_unlock(hashtext($1))', [key])
    }
  })
}

/** 0 where there are no tables yet. */
async function findMigration(database: DatabaseAccess, schema: string): Promise<number> {
  const table = `"${schema}".migrations`
  const [found] = await database.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [table])
  if (!found?.exists) return 0
  const [row] = await database.query<{ latest: number | null }>(`select max(id) as latest from ${table}`)
  return row?.latest ?? 0
}
