import { Migrator } from '@mikro-orm/migrations'
import { MikroORM, type PostgreSqlConnection, type SqlEntityManager } from '@mikro-orm/postgresql'
import type { CustomTypesConfig, Pool, PoolClient, QueryResult } from 'pg'
import type { Logger } from '../contracts/logger.js'
import type { Transaction } from '../contracts/transaction.js'
import { DatabaseClosedError, DatabaseSchemaNameError } from '../errors/persistence-errors.js'
import { explainFailure } from './database-failures.js'
import { entities } from './entities/index.js'
import { toIsoTime } from './iso-timestamp.js'
import { migrations } from './migrations/index.js'

/** Where a server listens: a host name, or the folder of a unix socket. */
export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

export interface DatabaseOptions {
  readonly connection: { readonly url: string } | DatabaseAddress
  /** Schema of all tables. Default `tasker`. */
  readonly schema?: string
  /** Most connections at once, at least 2. Default 10. */
  readonly poolSize?: number
  readonly log?: Logger
}

/** Name of the table that says which migrations were run. */
export const migrationsTable = 'migrations'

const TIMESTAMPTZ_OID = 1184

/**
 * Opens the database and makes sure that it answers. Nothing is created or changed: see {@link migrate}.
 *
 * @throws DatabaseUnavailableError if it does not answer.
 * @example
 * const database = await openDatabase({ connection: { url: 'postgres://tasker@db/tasker' } })
 * await migrate(database)
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const schema = options.schema ?? 'tasker'
  if (!/^[A-Za-z_]\w{0,62}$/.test(schema)) throw new DatabaseSchemaNameError(schema)
  const { connection, log } = options
  const orm = await MikroORM.init({
    entities: [...entities],
    schema,
    // Given to the driver below as they are: the ORM's own reading of URLs drops their parameters (sslmode, host=/socket).
    dbName: 'unknown until connected',
    driverOptions: {
      ...('url' in connection ? { connectionString: connection.url } : connection),
      application_name: 'tasker',
      onPoolCreated: (pool: Pool) => {
        pool.on('error', (error) => log?.warn({ error }, 'an idle database connection was lost'))
      },
    },
    pool: { min: 0, max: Math.max(2, options.poolSize ?? 10) },
    discovery: { warnWhenNoEntities: false },
    allowGlobalContext: false,
    ensureDatabase: false,
    extensions: [Migrator],
    migrations: {
      migrationsList: [...migrations],
      tableName: migrationsTable,
      schema,
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
    logger: (message: string) => log?.debug({ message }, 'orm'),
  })
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient()
  const database = new Database(orm, pool, schema)
  try {
    const [row] = await database.query<{ name: string }>('select current_database() as name')
    // The migrator looks for the database by name, and would create one and reconnect if it did not find it.
    orm.config.set('dbName', row!.name)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * One database and one schema of it: the ORM for entities and lists, and SQL for what works in sets.
 *
 * SQL names tables with their schema ({@link table}) and changes no session settings: all connections of an embedded
 * server share one session. Statements have no names for the same reason. Times come back as ISO 8601 in UTC, `bigint`
 * as strings, `jsonb` parsed.
 */
export class Database {
  readonly #types: CustomTypesConfig

  constructor(
    readonly orm: MikroORM,
    readonly pool: Pool,
    readonly schema: string,
  ) {
    const inherited = pool.options.types as CustomTypesConfig
    this.#types = {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === TIMESTAMPTZ_OID
          ? toIsoTime
          : inherited.getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
    }
  }

  /** `tasks` → `"tasker".tasks` */
  table(name: string): string {
    return `"${this.schema}".${name}`
  }

  /** Runs one statement outside of a transaction. */
  async query<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#run<Row>(this.pool, sql, values)
  }

  /**
   * Runs `work` in a transaction, rolled back if it throws.
   *
   * `opening` are further statements without values, sent together with BEGIN to save a round trip; `work` receives the rows of
   * the last one.
   */
  async transaction<T>(
    work: (transaction: Transaction, opened: readonly Record<string, unknown>[]) => Promise<T>,
    opening?: string,
  ): Promise<T> {
    const client = await this.#connect()
    let broken: Error | undefined
    try {
      const opened = await this.#open(client, opening)
      const result = await work({ query: (sql, values = []) => this.#run(client, sql, values) }, opened)
      await this.#run(client, 'commit', [])
      return result
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Runs a query of the ORM. What it finds is for reading: nothing is tracked or flushed. */
  async read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.orm.em.fork())
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Lets go of all connections. */
  async close(): Promise<void> {
    await this.orm.close()
    // The ORM ends the pool only if it has used it itself.
    if (!this.pool.ending) await this.pool.end()
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** What goes wrong after `close()` is no fault of the server, and trying again would not help. */
  #explain(error: unknown): unknown {
    return this.pool.ending ? new DatabaseClosedError(error) : explainFailure(error)
  }

  async #open(client: PoolClient, opening: string | undefined): Promise<Record<string, unknown>[]> {
    try {
      const results: unknown = await client.query({ text: opening ? `begin; ${opening}` : 'begin', types: this.#types })
      const last = Array.isArray(results) ? results.at(-1) : results
      return (last as QueryResult).rows
    } catch (error) {
      throw this.#explain(error)
    }
  }

  async #run<Row>(target: Pool | PoolClient, sql: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      const result = await target.query({ text: sql, values: [...values], types: this.#types })
      return result.rows as Row[]
    } catch (error) {
      throw this.#explain(error)
    }
  }
}
