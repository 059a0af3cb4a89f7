import type { Duplex } from 'node:stream'
import type { ClientBase, PoolClient } from 'pg'
import { DatabaseUnavailableError } from '../errors/persistence-errors.js'

/** The server gives up a lock before we give up the statement, so that it is an error and no broken connection. */
const LOCK_SHARE = 0.8

export interface ConnectionGuardOptions {
  /** How long a statement may go unanswered, in milliseconds. */
  readonly queryTimeoutMs: number
  /** Whether each connection has a session of its own: on the embedded server all share one. */
  readonly hasSessions: boolean
}

/**
 * Bounds how long a connection may leave a statement unanswered: beyond it the connection is destroyed, so that the statement
 * fails and nobody gets the connection again. A network that swallows packets raises no error for as long as 15 minutes.
 *
 * The driver's own `query_timeout` answers the caller and leaves the connection open, with the statement still running in it:
 * whoever gets it next waits behind that.
 */
export class ConnectionGuard {
  readonly #clients = new Set<ClientBase>()
  readonly #options: ConnectionGuardOptions
  #limitMs: number

  constructor(options: ConnectionGuardOptions) {
    this.#options = options
    this.#limitMs = options.queryTimeoutMs
  }

  /** Whether each connection has a session of its own. */
  get hasSessions(): boolean {
    return this.#options.hasSessions
  }

  /**
   * Takes care of a new connection. If it has a session of its own, that is told to compile no plans: compiling takes longer than any
   * statement of ours, and the server would, for those whose cost it overestimates. And to give up by itself what we will have given
   * up: waiting for a lock, or for us in a transaction that holds locks. (The embedded server cannot compile plans.)
   */
  async adopt(client: ClientBase): Promise<void> {
    this.#clients.add(client)
    client.once('end', () => this.#clients.delete(client))
    this.#limit(client)
    const { queryTimeoutMs, hasSessions } = this.#options
    if (!hasSessions) return
    const lockMs = Math.max(1, Math.round(queryTimeoutMs * LOCK_SHARE))
    const limits = `set lock_timeout = ${lockMs}; set idle_in_transaction_session_timeout = ${queryTimeoutMs}`
    await client.query(`set jit = off; ${limits}`)
  }

  /** Lets statements take as long as they do while `work` runs. */
  async withoutLimit<T>(work: () => Promise<T>): Promise<T> {
    this.#limitMs = Number.POSITIVE_INFINITY
    try {
      return await work()
    } finally {
      this.#limitMs = this.#options.queryTimeoutMs
    }
  }

  /** Ends all connections at once, without a word to the server. */
  destroyAll(): void {
    for (const client of this.#clients) destroy(client)
  }

  #limit(client: ClientBase): void {
    const submit = client.query.bind(client) as (...args: unknown[]) => unknown
    const limited = (...args: unknown[]): unknown => {
      let timer: NodeJS.Timeout | undefined
      const callback = args.at(-1)
      if (typeof callback === 'function') {
        args[args.length - 1] = (...answer: unknown[]): void => {
          clearTimeout(timer)
          callback(...answer)
        }
      }
      const result = submit(...args)
      // A cursor has no end that could be waited for.
      if (typeof callback !== 'function' && !(result instanceof Promise)) return result
      timer = this.#startTimer(client)
      return result instanceof Promise ? result.finally(() => clearTimeout(timer)) : result
    }
    client.query = limited as PoolClient['query']
  }

  #startTimer(client: ClientBase): NodeJS.Timeout | undefined {
    const ms = this.#limitMs
    if (ms === Number.POSITIVE_INFINITY) return undefined
    return setTimeout(
      () => destroy(client, new DatabaseUnavailableError(`no answer within ${ms} ms`, 'unanswered')),
      ms,
    )
  }
}

function destroy(client: ClientBase, cause?: Error): void {
  // Not in the types of the driver.
  const { connection } = client as unknown as { readonly connection: { readonly stream: Duplex } }
  connection.stream.destroy(cause)
}
