import type { Ownership, Repair } from '../contracts/store.js'
import type { TaskRecord } from '../contracts/task-record.js'
import type { Database } from './database.js'
import { PARKED, TaskEntity, UNFINISHED, UNPARKED } from './entities/task-entity.js'
import { RepairFunction } from './repair-function.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** What is asked of the tasks that are not finished. */
export class UnfinishedTasks {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async release(taskId: string, epoch: number): Promise<void> {
    const sql = `update ${this.#tasks} set owner_id = null where id = $1::uuid and epoch = $2`
    await this.#database.query(sql, [taskId, epoch])
  }

  /** What waits for a worker that serves it, or for the end of a pause, waits for no time. */
  async nextDueAt(): Promise<string | undefined> {
    const sql = `select min(due_at) as "dueAt" from ${this.#tasks}
      where (${UNPARKED}) or (${PARKED} and parked not in ('no_handler', 'no_worker', 'paused'))`
    const [row] = await this.#database.query<{ dueAt: string | null }>(sql)
    return row?.dueAt ?? undefined
  }

  async hasUnfinished(): Promise<boolean> {
    // What is paused is left as it is until somebody resumes it.
    const conditions = [UNPARKED, `${PARKED} and parked <> 'paused'`, `owner_id is not null and ${UNFINISHED}`]
    const sql = `select ${conditions.map((each) => `exists (select 1 from ${this.#tasks} where ${each})`).join(' or ')} as found`
    const [row] = await this.#database.query<{ found: boolean }>(sql)
    return row!.found
  }

  /** What the table says of these tasks, and of all that the worker owns. */
  async ownership(workerId: string, taskIds: readonly string[]): Promise<readonly Ownership[]> {
    const columns = 'id as "taskId", epoch, owner_id as "ownerId"'
    const sql = `select ${columns} from ${this.#tasks} where owner_id = $1
      union select ${columns} from ${this.#tasks} where id = any($2::uuid[])`
    return this.#database.query<Ownership>(sql, [workerId, taskIds])
  }

  /** What was running is due at once; what had not begun keeps its time. */
  async releaseStray({ taskId, epoch, ownerId }: Ownership, now: string): Promise<TaskRecord | undefined> {
    const sql = `update ${this.#tasks} t set owner_id = null, due_at = case when ${UNFINISHED} then coalesce(due_at, $4) else due_at end
      where id = $1::uuid and epoch = $2 and owner_id = $3
      returning ${selectColumns(columnsOf(this.#database, TaskEntity), 't')}`
    const [task] = await this.#database.query<TaskRecord>(sql, [taskId, epoch, ownerId, now])
    return task
  }

  async repairStuck(now: string): Promise<readonly Repair[]> {
    const columns = selectColumns(columnsOf(this.#database, TaskEntity), '(r.task)')
    const sql = `select ${columns}, r.finding from ${new RepairFunction(this.#database).name}($1) r`
    const rows = await this.#database.query<TaskRecord & { readonly finding: string }>(sql, [now])
    return rows.map(({ finding, ...task }) => ({ task, finding }))
  }

  get #tasks(): string {
    return this.#database.table('tasks')
  }
}
