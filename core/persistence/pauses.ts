import type { ChangeRecord } from '../contracts/changes.js'
import type { ChangesOf, HeldTask, PauseRecord, PauseStore } from '../contracts/pauses.js'
import { recordChanges } from './changes.js'
import type { Database } from './database.js'
import { PauseEntity } from './entities/pause-entity.js'
import { HELD, UNPARKED } from './entities/task-entity.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** Tasks that one transaction parks, or has wait for their time again. */
const MOST = 1_000

/** A condition: a pause in force covers the kind of task in a row of this alias. */
export function isUnderPause(database: Database, alias: string): string {
  return `exists (select 1 from ${database.table('pauses')} p where ${covers('p', alias)})`
}

function covers(pause: string, task: string): string {
  return `${pause}.namespace = ${task}.namespace and (${pause}.name is null or ${pause}.name = ${task}.name)
    and (${pause}.version is null or ${pause}.version = ${task}.version)`
}

/**
 * Pauses of namespaces and task types. Claims pass over what they cover (claim-function.ts); to be seen as such, what waits under one
 * is parked, and what none covers any more is not. That is a change of the task, which stands in no event, since nothing of it ran.
 */
export class PauseTable implements PauseStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async listPauses(): Promise<readonly PauseRecord[]> {
    const columns = selectColumns(columnsOf(PauseEntity), 'p')
    return this.#database.query<PauseRecord>(`select ${columns} from ${this.#pauses} p order by p.key`)
  }

  async addPause(pause: PauseRecord, change: ChangeRecord): Promise<boolean> {
    const { key, namespace, name, version, reason, actor, pausedAt } = pause
    const sql = `insert into ${this.#pauses} (key, namespace, name, version, reason, actor, paused_at)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (key) do nothing returning 1`
    const values = [key, namespace, name, version, reason, JSON.stringify(actor), pausedAt]
    return this.#recorded(sql, values, change)
  }

  async removePause(key: string, change: ChangeRecord): Promise<boolean> {
    return this.#recorded(`delete from ${this.#pauses} where key = $1 returning 1`, [key], change)
  }

  /** Most looks find no pause at all, and read nothing else. */
  async parkHeld(changesOf: ChangesOf): Promise<number> {
    const chosen = `select t.id from ${this.#pauses} p join ${this.#tasks} t on ${covers('p', 't')}
      where ${UNPARKED} and t.state = 'pending' limit ${MOST} for update of t skip locked`
    return this.#setParked('paused', chosen, changesOf)
  }

  /** From kind to kind over the index of what a pause has parked: what is still held is not read, however much that is. */
  async unparkFreed(changesOf: ChangesOf): Promise<number> {
    const kind = 'namespace, name, version'
    const chosen = `with recursive kinds as (
        (select ${kind} from ${this.#tasks} where ${HELD} order by ${kind} limit 1)
        union all
        select n.* from kinds k cross join lateral (
          select ${kind} from ${this.#tasks} where ${HELD} and (${kind}) > (k.namespace, k.name, k.version) order by ${kind} limit 1
        ) n
      )
      select t.id from (select * from kinds k where not ${isUnderPause(this.#database, 'k')} offset 0) k
      cross join lateral (
        select id from ${this.#tasks} where ${HELD} and (${kind}) = (k.namespace, k.name, k.version) limit ${MOST}
      ) c
      join ${this.#tasks} t on t.id = c.id where t.owner_id is null and t.parked = 'paused' and t.paused_at is null
      limit ${MOST} for update of t skip locked`
    return this.#setParked(null, chosen, changesOf)
  }

  async #setParked(parked: 'paused' | null, chosen: string, changesOf: ChangesOf): Promise<number> {
    const [found] = await this.#database.query(`select 1 from (${chosen.replace(/ for update .*$/, '')}) c limit 1`)
    if (found === undefined) return 0
    return this.#database.transaction(async (transaction) => {
      const sql = `update ${this.#tasks} set parked = $1 where id = any(array(${chosen}))
        returning id as "taskId", log_entry as entry`
      const tasks = await transaction.query<HeldTask>(sql, [parked])
      await recordChanges(this.#database, transaction, changesOf(tasks))
      return tasks.length
    })
  }

  #recorded(sql: string, values: readonly unknown[], change: ChangeRecord): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if ((await transaction.query(sql, values)).length === 0) return false
      await recordChanges(this.#database, transaction, [change])
      return true
    })
  }

  get #pauses(): string {
    return this.#database.table('pauses')
  }

  get #tasks(): string {
    return this.#database.table('tasks')
  }
}
