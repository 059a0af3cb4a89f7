import type { WorkerRecord } from '../contracts/store.js'
import { WorkerNotRegisteredError } from '../errors/persistence-errors.js'
import type { Database } from './database.js'

/** Gives back a row if the worker is registered. Values: worker. */
export function heartbeatSql(database: Database): string {
  return `update ${database.table('workers')} set heartbeat_at = now() where id = $1 returning id`
}

/** Who is alive. All times are of the database's clock. */
export class WorkerStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async register({ id, host, processId, leaseMs, serves }: WorkerRecord): Promise<void> {
    const sql = `insert into ${this.#workers} (id, host, process_id, lease_ms, kinds, namespaces, started_at, heartbeat_at)
        values ($1, $2, $3, $4, $5, $6, now(), now())
      on conflict (id) do update set host = excluded.host, process_id = excluded.process_id, lease_ms = excluded.lease_ms,
        kinds = excluded.kinds, namespaces = excluded.namespaces, heartbeat_at = now()`
    const values = [id, host, processId, leaseMs, serves?.kinds ?? [], serves?.namespaces ?? null]
    await this.#database.query(sql, values)
  }

  async heartbeat(workerId: string): Promise<void> {
    const rows = await this.#database.query(heartbeatSql(this.#database), [workerId])
    if (rows.length === 0) throw new WorkerNotRegisteredError(workerId)
  }

  async remove(workerId: string): Promise<void> {
    await this.#database.query(`delete from ${this.#workers} where id = $1`, [workerId])
  }

  /** After an hour in which people may still look at what became of them. */
  async removeLost(): Promise<void> {
    const owned = `select 1 from ${this.#database.table('tasks')} t where t.owner_id = w.id`
    await this.#database.query(
      `delete from ${this.#workers} w where w.heartbeat_at < now() - interval '1 hour' and not exists (${owned})`,
    )
  }

  /** Takes the others' rows away: one that is alive after all notices at its next heartbeat. */
  async expireOthers(workerId: string): Promise<void> {
    await this.#database.query(`delete from ${this.#workers} where id <> $1`, [workerId])
  }

  get #workers(): string {
    return this.#database.table('workers')
  }
}
