import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientConfig, Client as PostgresClient } from 'pg'
import { Client } from '../driver.js'

/** How long a connection, or an answer on it, may take, in milliseconds: a lease leaves time for a second try. */
const patienceMs = 1_500
const goodbyeMs = 500

/** A connection of the heartbeat's own. Made when it is first needed, and anew after whatever went wrong with the last one. */
export class PulseConnection {
  readonly #config: ClientConfig
  #client: Promise<PostgresClient> | undefined

  constructor(config: ClientConfig) {
    this.#config = {
      ...config,
      application_name: 'tasker heartbeat',
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
      keepAlive: true,
    }
  }

  /** How many rows the statement has given back. */
  async query(sql: string, values: readonly string[]): Promise<number> {
    this.#client ??= this.#connect()
    const client = this.#client
    try {
      const { rows } = await (await client).query({ text: sql, values: [...values] })
      return rows.length
    } catch (error) {
      // Also where the server only refused the statement: it may have become one that takes no writes.
      if (this.#client === client) void this.end()
      throw error
    }
  }

  async end(): Promise<void> {
    const ending = this.#client?.then((client) => client.end()).catch(() => undefined)
    this.#client = undefined
    // A server that does not answer does not say goodbye either.
    await Promise.race([ending, sleep(goodbyeMs)])
  }

  async #connect(): Promise<PostgresClient> {
    const client = new Client(this.#config)
    client.on('error', () => {
      this.#client = undefined
    })
    await client.connect()
    return client
  }
}
