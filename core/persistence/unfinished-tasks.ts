import type { TaskRecord } from '../contracts/task-record.js'
import type { Database } from './database.js'
import { CLAIMABLE, TaskEntity } from './entities/task-entity.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** What the sweeper asks of the tasks that are not finished. */
export class UnfinishedTasks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async release(taskId: string, epoch: number): Promise<void> {
    const sql = `update ${this.#tasks} set owner_id = null where id = $1::uuid and epoch = $2`
    await this.#database.query(sql, [taskId, epoch])
  }

  /** Goes from priority to priority, because within one the index is in order of due time. */
  async nextDueAt(): Promise<string | undefined> {
    const sql = `with recursive priorities as (
        (select priority from ${this.#tasks} where ${CLAIMABLE} order by priority desc limit 1)
        union all
        select (select t.priority from ${this.#tasks} t where ${CLAIMABLE} and t.priority < p.priority order by t.priority desc limit 1)
        from priorities p where p.priority is not null
      )
      select min(d.due_at) as "dueAt" from priorities p cross join lateral (
        select t.due_at from ${this.#tasks} t where ${CLAIMABLE} and t.priority = p.priority order by t.due_at limit 1
      ) d`
    const [row] = await this.#database.query<{ dueAt: string | null }>(sql)
    return row?.dueAt ?? undefined
  }

  async hasUnfinished(): Promise<boolean> {
    const sql = `select exists (select 1 from ${this.#tasks} where ${CLAIMABLE})
      or exists (select 1 from ${this.#tasks} where owner_id is not null and state in ('pending', 'in_progress')) as found`
    const [row] = await this.#database.query<{ found: boolean }>(sql)
    return row!.found
  }

  async repairStuck(now: string): Promise<readonly { readonly task: TaskRecord; readonly finding: string }[]> {
    const sql = `update ${this.#tasks} t set due_at = $1::timestamptz
      where t.id in (select id from ${this.#tasks} where ${CLAIMABLE} and due_at is null for update skip locked)
      returning ${selectColumns(columnsOf(this.#database, TaskEntity), 't')}`
    const tasks = await this.#database.query<TaskRecord>(sql, [now])
    return tasks.map((task) => ({ task, finding: `${task.state} without an owner and without a due time` }))
  }

  get #tasks(): string {
    return this.#database.table('tasks')
  }
}
