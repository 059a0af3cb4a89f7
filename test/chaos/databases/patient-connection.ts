import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../core/persistence/database.js'

const patienceMs = 50

/** A connection that is made anew when it fails, as often as it takes. */
export class PatientConnection {
  readonly #connect: () => Promise<Database>
  #database: Database | undefined
  #isClosed = false

  constructor(connect: () => Promise<Database>) {
    this.#connect = connect
  }

  /** What the work gives; undefined, after a little while, if the database does not answer it now. */
  async try<T>(work: (database: Database) => Promise<T>): Promise<T | undefined> {
    try {
      this.#database ??= await this.#connect()
      return await work(this.#database)
    } catch {
      await this.#disconnect()
      if (!this.#isClosed) await sleep(patienceMs)
      return undefined
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const database = this.#database
    this.#database = undefined
    await database?.close().catch(() => undefined)
  }
}
