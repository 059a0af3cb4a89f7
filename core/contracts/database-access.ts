import type { Listening } from './signals.js'
import type { Transaction } from './transaction.js'

/**
 * The PostgreSQL database in which Tasker keeps its tables, for plugins that keep something beside them. It lends connections of
 * Tasker's own pool, so that a plugin opens none: what a plugin does belongs into a schema of its own.
 */
export interface DatabaseAccess {
  /**
   * `embedded`: all connections share one session, so that transactions wait for each other, NOTIFY reaches nobody, and what a session
   * remembers (settings, locks, prepared statements) must not be used.
   */
  readonly kind: 'postgresql' | 'embedded'
  /** The schema of Tasker's tables. */
  readonly schema: string
  /**
   * Runs one statement. Times come back as ISO 8601 in UTC, `bigint` as text, JSON parsed.
   *
   * @throws DatabaseUnavailableError where the server does not answer; what it says itself is thrown as it is, with its `code`
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Keeps one connection for several statements; it is given back when `work` ends. Nothing is begun or committed. */
  withConnection<T>(work: (connection: Transaction) => Promise<T>): Promise<T>
  /**
   * Listens to a channel of NOTIFY, by the one connection that listens for the whole process. Words may be lost while it is away.
   *
   * @param onGap called when that may have happened
   */
  listen(channel: string, listener: (payload: string) => void, onGap?: () => void): Listening
}
