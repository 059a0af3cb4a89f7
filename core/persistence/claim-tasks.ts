import type { KeyOfTasks } from '../contracts/limits.js'
import type { ClaimedTask, ClaimOfKey, ClaimRequest } from '../contracts/store.js'
import type { StepRecord, TaskRecord } from '../contracts/task-record.js'
import { ClaimFunction } from './claim-function.js'
import type { Database } from './database.js'
import { TaskEntity } from './entities/task-entity.js'
import { anyWaitingSql, freeKeysSql, KeyFunction } from './limits/key-function.js'
import { isAlive } from './live-workers.js'
import { type StepRow, selectStepsWithResults } from './step-results.js'
import { columnsOf, selectColumns } from './table-columns.js'

interface ClaimedRow extends TaskRecord {
  readonly previousOwnerId: string | null
  readonly unserved?: ClaimedTask['unserved'] | null
}

/** Takes tasks for workers. A claim of due tasks waits for no row: what another worker is claiming is passed over. */
export class TaskClaimer {
  readonly #database: Database
  readonly #claimDueSql: string
  readonly #claimOfKeySql: string
  readonly #claimTaskSql: string
  readonly #stepsSql: string

  constructor(database: Database) {
    this.#database = database
    const columns = selectColumns(columnsOf(TaskEntity), '(c.task)')
    this.#claimDueSql = database.prepare(`select ${columns}, c.previous_owner_id as "previousOwnerId", c.unserved
      from ${new ClaimFunction(database).name}($1, $2, $3, $4, $5, $6, $7, $8, $9) c`)
    this.#claimOfKeySql = database.prepare(`select ${columns}, null as "previousOwnerId", c.is_claimed as "isClaimed"
      from ${new KeyFunction(database).name}($1, $2, $3, $4, $5, $6) c`)
    this.#claimTaskSql = claimTaskSql(database)
    // Task by task: a server without statistics would rather read the whole table than look up a hundred tasks.
    const chosen = `select c.* from unnest($1::uuid[]) as wanted(task_id)
      cross join lateral (select * from ${database.table('steps')} s where s.task_id = wanted.task_id offset 0) c`
    this.#stepsSql = `${selectStepsWithResults(database, chosen)} order by s.task_id, s.position`
  }

  async claimDue({
    workerId,
    limit,
    now,
    serves,
    takesUnserved = true,
    stepsOf,
  }: ClaimRequest): Promise<readonly ClaimedTask[]> {
    const { kinds, namespaces, keyLimits } = serves ?? {}
    const values = [
      workerId,
      limit,
      now,
      kinds ?? null,
      namespaces ?? null,
      takesUnserved,
      [...(keyLimits?.byKind.keys() ?? [])],
      [...(keyLimits?.byKind.values() ?? [])],
      keyLimits?.otherwise ?? null,
    ]
    const rows = await this.#database.query<ClaimedRow>(this.#claimDueSql, values)
    return this.#withSteps(rows.sort(byUrgency), now, stepsOf)
  }

  /** @param limit tasks of the key that may be in progress */
  async claimOfKey(
    { namespace, name, key }: KeyOfTasks,
    { workerId, limit, now, serves, stepsOf }: ClaimRequest,
  ): Promise<ClaimOfKey> {
    const values = [workerId, namespace, name, key, limit, serves?.kinds ?? null]
    type Row = ClaimedRow & { readonly isClaimed: boolean }
    const found = await this.#database.query<Row>(this.#claimOfKeySql, values)
    const rows = found.filter(({ isClaimed }) => isClaimed).map(({ isClaimed: _, ...row }) => row)
    const claimed = await this.#withSteps(rows.sort(byUrgency), now, stepsOf)
    return { claimed, isForOthers: rows.length < found.length }
  }

  /** Two questions, because the second takes longer to plan than any other of a worker that starts, and hardly ever has an answer. */
  async freeKeys(): Promise<readonly KeyOfTasks[]> {
    const [waiting] = await this.#database.query(anyWaitingSql(this.#database))
    if (waiting === undefined) return []
    return this.#database.query<KeyOfTasks>(freeKeysSql(this.#database), [])
  }

  async claimTask(taskId: string, { workerId, now }: Omit<ClaimRequest, 'limit'>): Promise<ClaimedTask | undefined> {
    const rows = await this.#database.query<ClaimedRow>(this.#claimTaskSql, [workerId, taskId])
    return (await this.#withSteps(rows, now))[0]
  }

  /** The same task again for its owner, who lost track of it. */
  async reload(taskId: string, epoch: number): Promise<ClaimedTask | undefined> {
    const columns = selectColumns(columnsOf(TaskEntity), 't')
    const sql = `select ${columns}, null as "previousOwnerId" from ${this.#database.table('tasks')} t
      where t.id = $1::uuid and t.epoch = $2`
    const rows = await this.#database.query<ClaimedRow>(sql, [taskId, epoch])
    return (await this.#withSteps(rows, new Date(0).toISOString()))[0]
  }

  /** The rows are ours by now: nobody else changes them or their steps between these two queries. */
  async #withSteps(
    rows: readonly ClaimedRow[],
    now: string,
    stepsOf: ClaimRequest['stepsOf'] = () => undefined,
  ): Promise<readonly ClaimedTask[]> {
    const known = new Map(rows.map((row) => [row.id, stepsOf(row)]))
    const unknown = rows.filter(({ id }) => known.get(id) === undefined).map(({ id }) => id)
    const read = unknown.length === 0 ? [] : await this.#database.query<StepRow>(this.#stepsSql, [unknown])
    const readByTask = Map.groupBy(read, (step) => step.taskId)
    return rows.map((row) => {
      const steps = known.get(row.id)
      return toClaimedTask(row, steps ? { steps, results: new Map() } : separate(readByTask.get(row.id) ?? []), now)
    })
  }
}

function toClaimedTask(
  { previousOwnerId, unserved, ...task }: ClaimedRow,
  stepsAndResults: Pick<ClaimedTask, 'steps' | 'results'>,
  now: string,
): ClaimedTask {
  const queueWaitMs = task.dueAt === null ? 0 : Math.max(0, Date.parse(now) - Date.parse(task.dueAt))
  return { task, ...stepsAndResults, previousOwnerId, queueWaitMs, ...(unserved ? { unserved } : {}) }
}

function separate(rows: readonly StepRow[]): Pick<ClaimedTask, 'steps' | 'results'> {
  const steps: StepRecord[] = []
  const results = new Map<string, unknown>()
  for (const { results: result, ...step } of rows) {
    steps.push(step)
    // What was skipped, or not chosen, has none, as in the memory of whoever owned the task before.
    if (step.resultEntry !== null) results.set(step.name, result)
  }
  return { steps, results }
}

function byUrgency(a: TaskRecord, b: TaskRecord): number {
  if (a.priority !== b.priority) return b.priority - a.priority
  // An abandoned task without a due time was running: it has waited longest.
  return (a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1
}

/** Values: worker, task. Waits for a commit that holds the row, and then goes by what that left. */
function claimTaskSql(database: Database): string {
  const tasks = database.table('tasks')
  return `with found as materialized (
      select t.id, t.owner_id from ${tasks} t where t.id = $2::uuid for update
    )
    update ${tasks} t set owner_id = $1, epoch = t.epoch + 1
    from found f
    where t.id = f.id and (f.owner_id is null or (f.owner_id <> $1 and not ${isAlive(database, 'f.owner_id')}))
    returning ${selectColumns(columnsOf(TaskEntity), 't')}, f.owner_id as "previousOwnerId"`
}
