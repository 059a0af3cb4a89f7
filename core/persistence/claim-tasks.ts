import type { ClaimedTask, ClaimRequest } from '../contracts/store.js'
import type { StepRecord, TaskRecord } from '../contracts/task-record.js'
import type { Database } from './database.js'
import { CLAIMABLE, TaskEntity } from './entities/task-entity.js'
import { isAlive } from './live-workers.js'
import { type StepRow, selectStepsWithResults } from './step-results.js'
import { columnsOf, selectColumns } from './table-columns.js'

interface ClaimedRow extends TaskRecord {
  readonly previousOwnerId: string | null
}

/** Takes tasks for workers. A claim of due tasks waits for no row: what another worker is claiming is passed over. */
export class TaskClaimer {
  readonly #database: Database
  readonly #claimDueSql: string
  readonly #claimTaskSql: string
  readonly #stepsSql: string

  constructor(database: Database) {
    this.#database = database
    this.#claimDueSql = claimDueSql(database)
    this.#claimTaskSql = claimTaskSql(database)
    const chosen = `select * from ${database.table('steps')} where task_id = any($1::uuid[])`
    this.#stepsSql = `${selectStepsWithResults(database, chosen)} order by s.task_id, s.position`
  }

  async claimDue({ workerId, limit, now, leaseMs }: ClaimRequest): Promise<readonly ClaimedTask[]> {
    const rows = await this.#database.query<ClaimedRow>(this.#claimDueSql, [workerId, limit, now, leaseMs])
    return this.#withSteps(rows.sort(byUrgency), now)
  }

  async claimTask(
    taskId: string,
    { workerId, now, leaseMs }: Omit<ClaimRequest, 'limit'>,
  ): Promise<ClaimedTask | undefined> {
    const rows = await this.#database.query<ClaimedRow>(this.#claimTaskSql, [workerId, taskId, leaseMs])
    return (await this.#withSteps(rows, now))[0]
  }

  /** The same task again for its owner, who lost track of it. */
  async reload(taskId: string, epoch: number): Promise<ClaimedTask | undefined> {
    const columns = selectColumns(columnsOf(this.#database, TaskEntity), 't')
    const sql = `select ${columns}, null as "previousOwnerId" from ${this.#database.table('tasks')} t
      where t.id = $1::uuid and t.epoch = $2`
    const rows = await this.#database.query<ClaimedRow>(sql, [taskId, epoch])
    return (await this.#withSteps(rows, new Date(0).toISOString()))[0]
  }

  /** The rows are ours by now: nobody else changes them or their steps between these two queries. */
  async #withSteps(rows: readonly ClaimedRow[], now: string): Promise<readonly ClaimedTask[]> {
    if (rows.length === 0) return []
    const steps = await this.#database.query<StepRow>(this.#stepsSql, [rows.map((row) => row.id)])
    const stepsByTask = Map.groupBy(steps, (step) => step.taskId)
    return rows.map((row) => toClaimedTask(row, stepsByTask.get(row.id) ?? [], now))
  }
}

function toClaimedTask(row: ClaimedRow, rows: readonly StepRow[], now: string): ClaimedTask {
  const { previousOwnerId, ...task } = row
  const steps: StepRecord[] = []
  const stepResults = new Map<string, unknown>()
  for (const { results, ...step } of rows) {
    steps.push(step)
    if (step.state === 'complete' || step.state === 'resolved_manually') stepResults.set(step.name, results)
  }
  const queueWaitMs = task.dueAt === null ? 0 : Math.max(0, Date.parse(now) - Date.parse(task.dueAt))
  return { task, steps, results: stepResults, previousOwnerId, queueWaitMs }
}

function byUrgency(a: TaskRecord, b: TaskRecord): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  // An abandoned task without a due time was running: it has waited longest.
  return (a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1
}

/**
 * Values: worker, limit, now, lease. The two recursive parts hop over an index from one distinct value to the next: `owners`
 * finds the owners of tasks without reading all owned tasks, `priorities` lets each priority be read in order of due
 * time, so that neither many tasks that are due nor many that are due later are read and thrown away.
 */
function claimDueSql(database: Database): string {
  const tasks = database.table('tasks')
  return `with recursive owners as (
      (select owner_id from ${tasks} where owner_id is not null order by owner_id limit 1)
      union all
      select (select t.owner_id from ${tasks} t where t.owner_id > o.owner_id order by t.owner_id limit 1)
      from owners o where o.owner_id is not null
    ), gone as materialized (
      select o.owner_id from owners o
      where o.owner_id is not null and o.owner_id <> $1 and not ${isAlive(database, 'o.owner_id', 4)}
    ), abandoned as materialized (
      select a.id, a.owner_id from gone g cross join lateral (
        select t.id, t.owner_id from ${tasks} t
        where t.owner_id = g.owner_id and t.state in ('pending', 'in_progress')
        order by t.priority desc, t.due_at nulls first limit $2::int for update skip locked
      ) a limit $2::int
    ), priorities as (
      (select priority from ${tasks} where ${CLAIMABLE} order by priority desc limit 1)
      union all
      select (select t.priority from ${tasks} t where ${CLAIMABLE} and t.priority < p.priority order by t.priority desc limit 1)
      from priorities p where p.priority is not null
    ), due as materialized (
      select d.id from priorities p cross join lateral (
        select t.id from ${tasks} t where ${CLAIMABLE} and t.priority = p.priority and t.due_at <= $3::timestamptz
        order by t.due_at limit $2::int for update skip locked
      ) d limit $2::int - (select count(*) from abandoned)
    )
    update ${tasks} t set owner_id = $1, epoch = t.epoch + 1
    from (select id, owner_id from abandoned union all select id, null from due) c
    where t.id = c.id
    returning ${selectColumns(columnsOf(database, TaskEntity), 't')}, c.owner_id as "previousOwnerId"`
}

/** Values: worker, task, lease. Waits for a commit that holds the row, and then goes by what that left. */
function claimTaskSql(database: Database): string {
  const tasks = database.table('tasks')
  return `with found as materialized (
      select t.id, t.owner_id from ${tasks} t where t.id = $2::uuid for update
    )
    update ${tasks} t set owner_id = $1, epoch = t.epoch + 1
    from found f
    where t.id = f.id and (f.owner_id is null or (f.owner_id <> $1 and not ${isAlive(database, 'f.owner_id', 3)}))
    returning ${selectColumns(columnsOf(database, TaskEntity), 't')}, f.owner_id as "previousOwnerId"`
}
