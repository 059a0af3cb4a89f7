import type { AwaitedChild, Ownership, Repair } from '../contracts/store.js'
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

  /**
   * What waits for a worker that serves it, or for the end of a pause, waits for no time, and what waits for a child only for the time by
   * which that is to end. Where another worker has the child, or had it, time does not bring that end nearer.
   */
  async nextDueAt(workerId: string): Promise<string | undefined> {
    const sql = `select min(due_at) as "dueAt" from (
        select due_at from ${this.#tasks}
        where (${UNPARKED}) or (${PARKED} and parked not in ('no_handler', 'no_worker', 'waiting_for_child', 'paused'))
        union all
        select least(${after('s.started_at', 's.timeout_ms')}, ${after('t.started_at', 't.timeout_ms')})
        from ${this.#awaiting('true')}
        join ${this.#tasks} c on c.id = s.child_task_id and (c.owner_id is null or c.owner_id = $1)
      ) due`
    const [row] = await this.#database.query<{ dueAt: string | null }>(sql, [workerId])
    return row?.dueAt ?? undefined
  }

  async hasUnfinished(): Promise<boolean> {
    // What is paused is left as it is until somebody resumes it, and what no live worker serves until one does.
    const goesOn = `parked not in ('paused', 'no_handler', 'no_worker')`
    const conditions = [UNPARKED, `${PARKED} and ${goesOn}`, `owner_id is not null and ${UNFINISHED}`]
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
      returning ${selectColumns(columnsOf(TaskEntity), 't')}`
    const [task] = await this.#database.query<TaskRecord>(sql, [taskId, epoch, ownerId, now])
    return task
  }

  /**
   * Children that tasks wait for which have ended, are gone, or have taken too long, of tasks that it is time to look at again: word of
   * them has been lost, or time has passed. At most 1000.
   */
  async childrenToLookAt(now: string): Promise<readonly AwaitedChild[]> {
    const sql = `select t.id as "taskId", s.child_task_id as "childTaskId"
      from ${this.#awaiting('due_at <= $1')}
      left join ${this.#tasks} c on c.id = s.child_task_id
      where c.id is null or c.state not in ('pending', 'in_progress')
        or ${after('s.started_at', 's.timeout_ms')} <= $1 or ${after('t.started_at', 't.timeout_ms')} <= $1
      limit 1000`
    return this.#database.query<AwaitedChild>(sql, [now])
  }

  /** When the next child that a task waits for will have taken too long, or the task itself; undefined if there is none. */
  async nextChildDeadline(now: string): Promise<string | undefined> {
    const deadline = `least(${after('s.started_at', 's.timeout_ms')}, ${after('t.started_at', 't.timeout_ms')})`
    const sql = `select min(d.at) as "at" from (select ${deadline} as at from ${this.#awaiting('true')}) d where d.at > $1`
    const [row] = await this.#database.query<{ at: string | null }>(sql, [now])
    return row?.at ?? undefined
  }

  async repairStuck(now: string): Promise<readonly Repair[]> {
    const columns = selectColumns(columnsOf(TaskEntity), '(r.task)')
    const sql = `select ${columns}, r.finding from ${new RepairFunction(this.#database).name}($1) r`
    const rows = await this.#database.query<TaskRecord & { readonly finding: string }>(sql, [now])
    return rows.map(({ finding, ...task }) => ({ task, finding }))
  }

  /** Tasks `t` that wait for children, each with the steps `s` that the children are. */
  #awaiting(condition: string): string {
    return `(select * from ${this.#tasks} where ${PARKED} and parked = 'waiting_for_child' and ${condition}) t
      join ${this.#database.table('steps')} s
        on s.task_id = t.id and s.state = 'in_progress' and s.child_task_id is not null`
  }

  get #tasks(): string {
    return this.#database.table('tasks')
  }
}

function after(since: string, durationMs: string): string {
  return `${since} + ${durationMs} * interval '1 millisecond'`
}
