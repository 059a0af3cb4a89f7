import { EventEmitter } from 'node:events'
import type { Pool } from 'pg'
import { type DatabaseAccess, isTaskerError, type Transaction } from '../../core/index.js'

/** A statement as graphile-worker sends it. */
type Statement = string | { readonly text: string; readonly values?: readonly unknown[] }
type Answer = Promise<{ readonly rows: readonly Record<string, unknown>[] }>

/** The part of a pool's client that graphile-worker uses. */
interface EngineClient {
  query(statement: Statement, values?: readonly unknown[]): Answer
  release(): void
}

/**
 * Tasker's pool as graphile-worker uses one: it opens no connections of its own, because a wake-up without a connection left for the
 * claim would be of no use anyway. Its statements go one after the other, so that it takes one at a time.
 *
 * graphile-worker has no good answer to a database that is away: jobs that it cannot complete reject where nobody listens, which
 * ends the process; it writes to the console; it sleeps for minutes. So it is told nothing: the first statement that fails is
 * reported to `onFailure`, and from then on all are answered with no rows, until the run of the engine has been ended.
 */
export class EnginePool {
  readonly #database: DatabaseAccess
  readonly #onFailure: (error: unknown) => void
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(database: DatabaseAccess, onFailure: (error: unknown) => void) {
    this.#database = database
    this.#onFailure = onFailure
  }

  /** Answers everything with no rows from now on. */
  close(): void {
    this.#isClosed = true
  }

  /** What graphile-worker is given. */
  asPool(): Pool {
    const query = (statement: Statement, values?: readonly unknown[]) => this.#inTurn(statement, values)
    return toPool({ query, release: () => undefined })
  }

  #inTurn(statement: Statement, values: readonly unknown[] | undefined): Answer {
    const answer = this.#last.then(() => this.#query(statement, values))
    this.#last = answer
    return answer
  }

  async #query(statement: Statement, values: readonly unknown[] | undefined): Answer {
    // We listen for it, by the connection that listens for the whole process.
    const isListening = /^\s*(UN)?LISTEN\b/i.test(textOf(statement))
    if (this.#isClosed || isListening) return { rows: [] }
    try {
      return { rows: (await this.#database.query(textOf(statement), valuesOf(statement, values))) ?? [] }
    } catch (error) {
      if (!this.#isClosed) this.#onFailure(error)
      this.#isClosed = true
      return { rows: [] }
    }
  }
}

/** One connection as a pool, for migrations: they may fail, and say how. */
export function migrationPool(connection: Transaction): Pool {
  const query = async (statement: Statement, values?: readonly unknown[]): Answer => {
    try {
      return { rows: (await connection.query(textOf(statement), valuesOf(statement, values))) ?? [] }
    } catch (error) {
      // It goes by the codes of PostgreSQL: a table that is missing is one that it creates.
      throw isTaskerError(error) ? (error.cause ?? error) : error
    }
  }
  return toPool({ query, release: () => undefined })
}

function toPool(client: EngineClient): Pool {
  const listening = Object.assign(new EventEmitter(), client)
  const connect = (callback?: (error: undefined, client: unknown, release: () => void) => void) => {
    if (callback === undefined) return Promise.resolve(client)
    callback(undefined, listening, client.release)
    return undefined
  }
  const pool = Object.assign(new EventEmitter(), {
    connect,
    query: client.query,
    options: { max: Number.POSITIVE_INFINITY },
  })
  // It complains of pools that nobody listens to. Connections are looked after by whoever lends them.
  pool.on('error', () => undefined).on('connect', () => undefined)
  return pool as unknown as Pool
}

function textOf(statement: Statement): string {
  return typeof statement === 'string' ? statement : statement.text
}

function valuesOf(statement: Statement, values: readonly unknown[] = []): readonly unknown[] {
  return typeof statement === 'string' ? values : (statement.values ?? values)
}
