import { ClaimFunction } from './claim-function.js'
import { CommitFunction } from './commit-function.js'
import type { Database } from './database.js'
import { sqlStateOf } from './database-failures.js'
import { limitFunctions } from './limits/limit-functions.js'
import { migrationNames, migrationsTable } from './migrations/migration-names.js'
import { RepairFunction } from './repair-function.js'

export interface MigrationStatus {
  /** Names of the migrations that were run, in order. */
  readonly executed: readonly string[]
  /** Names of those that {@link migrate} would run. */
  readonly pending: readonly string[]
}

const UNDEFINED_TABLE = '42P01'

/** Which migrations the database has seen. Changes nothing, also where there are no tables yet. */
export async function migrationStatus(database: Database): Promise<MigrationStatus> {
  const executed = await executedMigrations(database)
  return { executed, pending: migrationNames.filter((name) => !executed.includes(name)) }
}

/**
 * Brings the tables up to date, and gives the names of the migrations that it ran: none if there was nothing to do.
 * Several processes may call it at once; one does the work and the others wait for it.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  return (await isUpToDate(database)) ? [] : database.withoutTimeLimit(() => runMigrations(database))
}

/** One query instead of the migrator's dozen: every start of every worker comes by here. */
async function isUpToDate(database: Database): Promise<boolean> {
  const sql = `select array(select name::text from ${database.table(migrationsTable)}) @> $1::text[] as "isMigrated",
    array(select name from unnest($2::text[]) as name where to_regproc(name) is null) = '{}' as "isWhole"`
  const names = [migrationNames, functionsOf(database).map(({ name }) => name)]
  const [found] = await whereTablesAre(database.query<{ isMigrated: boolean; isWhole: boolean }>(sql, names))
  return found?.isMigrated === true && found.isWhole
}

async function runMigrations(database: Database): Promise<readonly string[]> {
  const client = await database.pool.connect()
  const key = `tasker migrations of ${database.schema}`
  try {
    await client.query('set lock_timeout = 0')
    await client.query('select pg_advisory_lock(hashtext($1))', [key])
    const ran = await (await database.orm()).migrator.up()
    // Under the lock as well: two that create one at the same moment are refused by the catalogue.
    for (const { createSql } of await missingFunctions(database)) await database.query(createSql)
    return ran.map(({ name }) => name)
  } finally {
    // A connection that is lost gives up the lock by itself.
    await client.query('select pg_advisory_unlock(hashtext($1))', [key]).catch(() => undefined)
    // Not kept: its session waits for locks without an end.
    client.release(true)
  }
}

/** The functions that this version calls and that are not there: each version of the code brings its own. */
async function missingFunctions(database: Database): Promise<readonly StoredFunction[]> {
  const functions = functionsOf(database)
  const missing = await database.query<{ name: string }>(
    'select name from unnest($1::text[]) as name where to_regproc(name) is null',
    [functions.map(({ name }) => name)],
  )
  const names = new Set(missing.map(({ name }) => name))
  return functions.filter(({ name }) => names.has(name))
}

interface StoredFunction {
  readonly name: string
  readonly createSql: string
}

function functionsOf(database: Database): readonly StoredFunction[] {
  return [
    new CommitFunction(database),
    new ClaimFunction(database),
    new RepairFunction(database),
    ...limitFunctions(database),
  ]
}

async function executedMigrations(database: Database): Promise<readonly string[]> {
  const sql = `select name from ${database.table(migrationsTable)} order by id`
  return (await whereTablesAre(database.query<{ name: string }>(sql))).map(({ name }) => name)
}

/** No rows where there are no tables yet. */
async function whereTablesAre<Row>(reading: Promise<Row[]>): Promise<Row[]> {
  try {
    return await reading
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_TABLE) return []
    throw error
  }
}
