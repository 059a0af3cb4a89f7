import type { MikroORM, SqlEntityManager } from '@mikro-orm/postgresql'
import type { ClientConfig, PoolClient, Pool as PoolOfClients, Client as PostgresClient, QueryResult } from 'pg'
import type { Logger } from '../contracts/logger.js'
import type { Transaction } from '../contracts/transaction.js'
import { DatabaseClosedError, DatabaseSchemaNameError } from '../errors/persistence-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { ConnectionGuard } from './connection-guard.js'
import type { DatabaseAddress } from './database-address.js'
import { explainFailure, isReadOnly } from './database-failures.js'
import { Client, createTypeParsers, Pool } from './driver.js'
import type { StatementHook } from './statement-hook.js'
import { toIsoTime } from './to-iso-time.js'

export interface DatabaseOptions {
  readonly connection: { readonly url: string } | DatabaseAddress
  /** Schema of all tables. Default `tasker`. */
  readonly schema?: string
  /** Most connections at once, at least 2. Default 10. */
  readonly poolSize?: number
  /** Encryption of the connection, where the url says nothing about it. */
  readonly ssl?: boolean | Readonly<Record<string, unknown>>
  /** How long a connection may take to be made or to become free, in milliseconds. Default 10 000. */
  readonly connectTimeoutMs?: number
  /** How long a statement may go unanswered until its connection is given up, in milliseconds. Default 30 000. */
  readonly queryTimeoutMs?: number
  /**
   * Whether each connection has a session of its own, which is then told to give up by itself what we have given up: waiting for a
   * lock, or for us in a transaction. Not on the embedded server, where all share one. Default false.
   */
  readonly hasSessions?: boolean
  /** Stands between the engine and its statements, for tests. */
  readonly onStatement?: StatementHook
  readonly log?: Logger
}

/** How the rows of our own statements are read. */
const types = createTypeParsers(toIsoTime)

/** After this much silence the system asks the other end for a sign of life, ten times in ten seconds, and then gives it up. */
const KEEP_ALIVE_MS = 10_000
/** How long connections may take to say goodbye when the database is closed. */
const CLOSE_MS = 2_000

/** How long a connection besides the pool may take to be opened, in milliseconds. */
const CLIENT_CONNECT_MS = 5_000

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
  const { connection, log, ssl, connectTimeoutMs = 10_000, queryTimeoutMs = 30_000 } = options
  const guard = new ConnectionGuard({ queryTimeoutMs, hasSessions: options.hasSessions ?? false })
  const pool = new Pool({
    ...('url' in connection ? { connectionString: connection.url } : connection),
    ...(ssl === undefined ? {} : { ssl }),
    application_name: 'tasker',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    min: 0,
    max: Math.max(2, options.poolSize ?? 10),
    // The ORM's own entities read them from texts.
    types: createTypeParsers(String),
    onConnect: (client) => guard.adopt(client),
  })
  const onLoss = (error: Error): void => log?.debug({ err: error }, 'an idle database connection was lost')
  pool.on('error', onLoss)
  // One that is in use tells whoever uses it; without a listener the loss would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const database = new Database({ pool, schema, guard, log, hook: options.onStatement })
  try {
    await database.askName()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

interface DatabaseParts {
  readonly pool: PoolOfClients
  readonly schema: string
  readonly guard: ConnectionGuard
  readonly log: Logger | undefined
  /** Stands between the engine and its statements, for tests. */
  readonly hook: StatementHook | undefined
}

/**
 * One database and one schema of it: the ORM for entities and lists, and SQL for what works in sets.
 *
 * SQL names tables with their schema ({@link table}) and changes no session settings but one that is the same for all: the connections
 * of an embedded server share one session. Statements have no names there for the same reason. Times come back as ISO 8601 in UTC,
 * `bigint` as strings, `jsonb` parsed.
 */
export class Database {
  readonly pool: PoolOfClients
  readonly schema: string
  /** Texts of statements that each connection keeps prepared → their names. */
  readonly #prepared = new Map<string, string>()
  readonly #guard: ConnectionGuard
  readonly #hook: StatementHook | undefined

  readonly #log: Logger | undefined
  #name = ''
  #orm: Promise<MikroORM> | undefined

  constructor({ pool, schema, guard, log, hook }: DatabaseParts) {
    this.pool = pool
    this.schema = schema
    this.#guard = guard
    this.#log = log
    this.#hook = hook
  }

  /** The ORM, loaded and made when it is first asked for: most statements are not its own, and it takes longer than a connection. */
  orm(): Promise<MikroORM> {
    const { pool, schema } = this
    this.#orm ??= import('./orm.js').then(({ createOrm }) =>
      createOrm({ pool, schema, databaseName: this.#name, log: this.#log }),
    )
    return this.#orm
  }

  /** Asks the database how it is called: the first thing that is asked of it, so that one that does not answer is known at once. */
  async askName(): Promise<void> {
    const [row] = await this.query<{ name: string }>('select current_database() as name')
    this.#name = row!.name
  }

  /** `tasks` → `"tasker".tasks` */
  table(name: string): string {
    return `"${this.schema}".${name}`
  }

  /**
   * Has a statement parsed and planned once for each connection, where connections have sessions of their own; gives it back. For
   * calls of functions: a plan that reads tables would be kept while they grow.
   */
  prepare(sql: string): string {
    if (this.#guard.hasSessions && !this.#prepared.has(sql))
      this.#prepared.set(sql, `tasker_${this.#prepared.size + 1}`)
    return sql
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
      broken = await this.#rollBack(client, error)
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Keeps one connection while `work` runs; nothing is begun or committed. */
  async withConnection<T>(work: (connection: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let hasEnded = false
    try {
      const result = await work({ query: (sql, values = []) => this.#run(client, sql, values) })
      hasEnded = true
      return result
    } finally {
      // Nobody knows what a failure has left behind in the session.
      client.release(!hasEnded)
    }
  }

  /** Runs statements without values on one snapshot, all in one round trip, and gives the rows of each. */
  async readTogether(statements: readonly string[]): Promise<readonly Record<string, unknown>[][]> {
    const client = await this.#connect()
    let broken: Error | undefined
    try {
      const text = ['begin isolation level repeatable read, read only', ...statements, 'commit'].join('; ')
      const results: unknown = await this.#hooked(text, () => client.query({ text, types }))
      return (results as QueryResult[]).slice(1, -1).map(({ rows }) => rows)
    } catch (error) {
      broken = await this.#rollBack(client, error)
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** Runs a query of the ORM. What it finds is for reading: nothing is tracked or flushed. */
  async read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    const { em } = await this.orm()
    return this.#hooked('a query of the ORM', () => work(em.fork()))
  }

  /** A connection of its own besides the pool, not opened yet: for what keeps it, as one that listens does. */
  newClient(purpose: string): PostgresClient {
    const { options } = this.pool
    const connection: ClientConfig = { ...options, password: options.password }
    const name = `${options.application_name ?? 'tasker'}: ${purpose}`
    return new Client({ ...connection, application_name: name, connectionTimeoutMillis: CLIENT_CONNECT_MS })
  }

  /** Lets statements take as long as they do while `work` runs: what migrates tables may take hours. */
  withoutTimeLimit<T>(work: () => Promise<T>): Promise<T> {
    return this.#guard.withoutLimit(work)
  }

  /** Lets go of all connections; those that do not end by themselves within 2 s are destroyed. */
  async close(): Promise<void> {
    const late = setTimeout(() => this.destroy(), CLOSE_MS)
    // Ends the pool as well, if it has used it.
    await (await this.#orm)?.close()
    if (!this.pool.ending) await this.pool.end()
    clearTimeout(late)
  }

  /** Ends all connections at once, without a word to the server, as the end of the process would. */
  destroy(): void {
    this.#guard.destroyAll()
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** Undefined if the connection can be used again. One that is not to be trusted ends, and with it the transaction. */
  async #rollBack(client: PoolClient, cause: unknown): Promise<Error | undefined> {
    if (isTaskerError(cause) && cause.code === 'DATABASE_UNAVAILABLE') return cause
    return client.query('rollback').then(
      () => undefined,
      (failure: Error) => failure,
    )
  }

  /** What goes wrong after `close()` is no fault of the server, and trying again would not help. */
  #explain(error: unknown): unknown {
    if (this.pool.ending) return new DatabaseClosedError(error)
    if (isReadOnly(error)) this.#discardIdle()
    return explainFailure(error)
  }

  /** After a failover the address may lead elsewhere, and the connections that are open still lead to a server that takes no writes. */
  #discardIdle(): void {
    for (let left = this.pool.idleCount; left > 0; left--) {
      this.pool.connect().then(
        (client) => client.release(true),
        () => undefined,
      )
    }
  }

  async #open(client: PoolClient, opening: string | undefined): Promise<Record<string, unknown>[]> {
    const text = opening ? `begin; ${opening}` : 'begin'
    const results: unknown = await this.#hooked(text, () => client.query({ text, types }))
    const last = Array.isArray(results) ? results.at(-1) : results
    return (last as QueryResult).rows
  }

  /**
   * The rows are taken out of what the driver gives, because its results keep each other alive: once V8 has moved one to the old
   * generation, those of all later queries follow it there until a full collection. An export of a million events peaked 100 MB higher.
   * Several statements in one text, as in the migrations of graphile-worker, give none.
   */
  async #run<Row>(target: PoolOfClients | PoolClient, sql: string, values: readonly unknown[]): Promise<Row[]> {
    const name = this.#prepared.get(sql)
    const send = () => target.query({ name, text: sql, values: [...values], types })
    const { rows } = (await this.#hooked(sql, send)) as { readonly rows?: Row[] }
    return rows?.splice(0) ?? []
  }

  async #hooked<T>(sql: string, send: () => Promise<T>): Promise<T> {
    try {
      return await (this.#hook ? this.#hook(sql, send) : send())
    } catch (error) {
      throw this.#explain(error)
    }
  }
}
