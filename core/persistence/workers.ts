import type { WorkerRecord } from '../contracts/store.js'
import { WorkerNotRegisteredError } from '../errors/persistence-errors.js'
import type { Database } from './database.js'

/** Who is alive. All times are of the database's clock. */
export class WorkerStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Also clears away workers that nobody has heard of for a day: being gone and having no row are the same. */
  async register({ id, host, processId }: WorkerRecord): Promise<void> {
    const sql = `with forgotten as (delete from ${this.#workers} where heartbeat_at < now() - interval '1 day' and id <> $1)
      insert into ${this.#workers} (id, host, process_id, started_at, heartbeat_at) values ($1, $2, $3, now(), now())
      on conflict (id) do update set host = excluded.host, process_id = excluded.process_id, heartbeat_at = now()`
    await this.#database.query(sql, [id, host, processId])
  }

  async heartbeat(workerId: string): Promise<void> {
    const sql = `update ${this.#workers} set heartbeat_at = now() where id = $1 returning id`
    const rows = await this.#database.query(sql, [workerId])
    if (rows.length === 0) throw new WorkerNotRegisteredError(workerId)
  }

  async remove(workerId: string): Promise<void> {
    await this.#database.query(`delete from ${this.#workers} where id = $1`, [workerId])
  }

  /** Takes the others' rows away: one that is alive after all notices at its next heartbeat. */
  async expireOthers(workerId: string): Promise<void> {
    await this.#database.query(`delete from ${this.#workers} where id <> $1`, [workerId])
  }

  get #workers(): string {
    return this.#database.table('workers')
  }
}
