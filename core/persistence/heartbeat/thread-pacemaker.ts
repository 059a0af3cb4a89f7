import type { ClientConfig } from 'pg'
import type { Pacemaker, Pulse, PulseListener, Rhythm } from '../../contracts/pacemaker.js'
import type { Database } from '../database.js'
import { heartbeatSql } from '../workers.js'
import { HeartbeatThread } from './heartbeat-thread.js'

/** Beats from a thread of its own, with a connection of its own to the same database. */
export class ThreadPacemaker implements Pacemaker {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  begin(workerId: string, rhythm: Rhythm, listener: PulseListener): Pulse {
    const connection = connectionOf(this.#database)
    const order = { ...rhythm, connection, sql: heartbeatSql(this.#database), values: [workerId] }
    try {
      return { end: HeartbeatThread.get().begin(order, listener) }
    } catch (error) {
      queueMicrotask(() => listener.ended(error instanceof Error ? error : new Error(String(error))))
      return { end: async () => undefined }
    }
  }
}

/** What the pool connects with. The driver hides secrets in it from whoever lists its properties. */
function connectionOf({ pool }: Database): ClientConfig {
  const { connectionString, host, port, user, database, password, ssl } = pool.options
  const encryption = typeof ssl === 'object' && ssl.key !== undefined ? { ...ssl, key: ssl.key } : ssl
  return withoutUndefined({ connectionString, host, port, user, database, password, ssl: encryption })
}

function withoutUndefined(config: Readonly<Record<string, unknown>>): ClientConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
}
