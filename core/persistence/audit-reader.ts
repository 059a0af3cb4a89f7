import type { AuditedEntry, AuditedTask, AuditPage, AuditQuery, AuditStore } from '../contracts/audit.js'
import type { ChangeRecord } from '../contracts/changes.js'
import type { StepRecord, TaskRecord } from '../contracts/task-record.js'
import type { Command } from '../contracts/task-request.js'
import type { Transaction } from '../contracts/transaction.js'
import { foldedChanges } from '../workflow/change-record.js'
import { selectChanges } from './changes.js'
import type { Database } from './database.js'
import { CommandEntity } from './entities/command-entity.js'
import { StepEntity } from './entities/step-entity.js'
import { TaskEntity } from './entities/task-entity.js'
import { isAlive } from './live-workers.js'
import { isUnderPause } from './pauses.js'
import { columnsOf, selectColumns } from './table-columns.js'

/** Most rows of tasks that one statement looks through, whether they fit the filter or not. */
const windowSize = 1_000
/** Most of a page, so that neither many tasks nor large ones fill the memory: one task is read whatever its size. */
const most = { tasks: 250, steps: 4_000, contextBytes: 1_000_000 } as const
/** Entries above this size, in bytes, are read without results and without custom events. */
const largeEntryBytes = 32_768
/** Rows of the log that one look for orphans goes through. */
const orphanWindow = 20_000
const mostCommands = 1_000
const beforeAll = '00000000-0000-0000-0000-000000000000'

interface AuditedRow extends TaskRecord {
  readonly lastLogged: number | null
  readonly loggedCount: number
  readonly isOwnerAlive: boolean | null
  readonly isPaused: boolean
}

interface WindowRow {
  readonly id: string
  readonly isChosen: boolean | null
  readonly isLast: boolean
  readonly hasLiveWorker: boolean
}

/** Reads what a verification compares; see {@link AuditStore}. */
export class AuditReader implements AuditStore {
  readonly #database: Database
  readonly #windowSql: string
  readonly #tasksSql: string
  readonly #stepsSql: string
  readonly #changesSql: string
  readonly #entriesSql: string

  constructor(database: Database) {
    this.#database = database
    this.#windowSql = windowSql(database)
    this.#tasksSql = `select ${selectColumns(columnsOf(TaskEntity), 't')},
        g.last as "lastLogged", g.count as "loggedCount",
        case when t.owner_id is not null then ${isAlive(database, 't.owner_id')} end as "isOwnerAlive",
        t.paused_at is not null or ${isUnderPause(database, 't')} as "isPaused"
      from ${database.table('tasks')} t cross join lateral (
        select max(l.entry) as last, count(*)::int as count from ${database.table('event_log')} l where l.task_id = t.id
      ) g where t.id = any($1::uuid[]) order by t.id`
    this.#stepsSql = `select ${selectColumns(columnsOf(StepEntity), 's')}
      from ${database.table('steps')} s where s.task_id = any($1::uuid[]) order by s.task_id, s.position`
    this.#changesSql = `${selectChanges(database)}
      where c.task_id = any($1::uuid[]) and c.kind = any($2::text[]) order by c.task_id, c.number`
    this.#entriesSql = entriesSql(database)
  }

  /** Rows and steps come from one snapshot, held for a few milliseconds. */
  async auditTasks({ filter, createdUntil, after = beforeAll }: AuditQuery): Promise<AuditPage> {
    return this.#database.transaction(async (transaction) => {
      const values = [
        after,
        createdUntil ?? 'infinity',
        filter.namespace ?? null,
        filter.since ?? null,
        filter.taskId ?? null,
      ]
      const seen = await transaction.query<WindowRow>(this.#windowSql, values)
      const ids = seen.filter(({ isChosen }) => isChosen).map(({ id }) => id)
      const tasks = ids.length === 0 ? [] : await this.#read(transaction, ids)
      const hasLiveWorker = seen[0]?.hasLiveWorker ?? false
      const last = seen.at(-1)
      return last === undefined || last.isLast ? { tasks, hasLiveWorker } : { tasks, hasLiveWorker, next: last.id }
    }, 'set transaction isolation level repeatable read, read only')
  }

  async auditEntries(taskIds: readonly string[], first: number, last: number): Promise<readonly AuditedEntry[]> {
    return this.#database.query<AuditedEntry>(this.#entriesSql, [taskIds, first, last])
  }

  async auditOrphans(taskId: string | undefined, after = beforeAll) {
    const log = this.#database.table('event_log')
    const range = taskId === undefined ? 'l.task_id > $1::uuid' : 'l.task_id = $1::uuid'
    const sql = `with looked as materialized (
        select l.task_id from ${log} l where ${range} order by l.task_id limit ${orphanWindow}
      )
      select (select max(task_id::text) from looked) as last, (select count(*)::int from looked) as seen,
        array(select distinct k.task_id from looked k where not exists (
          select 1 from ${this.#database.table('tasks')} t where t.id = k.task_id) order by k.task_id)::text[] as "taskIds"`
    const [row] = await this.#database.query<{ last: string | null; seen: number; taskIds: string[] }>(sql, [
      taskId ?? after,
    ])
    const { last, seen, taskIds } = row!
    const isEnd = last === null || taskId !== undefined || seen < orphanWindow
    return isEnd ? { taskIds } : { taskIds, next: last }
  }

  async unansweredCommands(before: string): Promise<readonly Command[]> {
    const columns = columnsOf(CommandEntity).filter(({ property }) => property !== 'outcome')
    const sql = `select ${selectColumns(columns, 'c')} from ${this.#database.table('commands')} c
      where c.outcome is null and c.created_at < $1::timestamptz
        and exists (select 1 from ${this.#database.table('tasks')} t where t.id = c.task_id)
      order by c.created_at, c.id limit ${mostCommands}`
    return this.#database.query<Command>(sql, [before])
  }

  async #read(transaction: Transaction, ids: readonly string[]): Promise<readonly AuditedTask[]> {
    const rows = await transaction.query<AuditedRow>(this.#tasksSql, [ids])
    const steps = await transaction.query<StepRecord>(this.#stepsSql, [ids])
    const stepsByTask = Map.groupBy(steps, ({ taskId }) => taskId)
    const changes = await transaction.query<ChangeRecord>(this.#changesSql, [ids, foldedChanges])
    const changesByTask = Map.groupBy(changes, ({ taskId }) => taskId)
    return rows.map(({ lastLogged, loggedCount, isOwnerAlive, isPaused, ...task }) => ({
      task,
      steps: stepsByTask.get(task.id) ?? [],
      changes: changesByTask.get(task.id) ?? [],
      lastLogged,
      loggedCount,
      isOwnerAlive,
      isPaused,
    }))
  }
}

/**
 * Values: after, createdUntil, namespace, since, task. Looks at so many rows and no more; gives those that fit the filter and the
 * page, and marks with `isLast` where the tasks end.
 */
function windowSql(database: Database): string {
  return `with seen as materialized (
      select t.id, t.step_count, coalesce(pg_column_size(t.context), 0) as size, t.created_at <= $2::timestamptz
        and ($3::text is null or t.namespace = $3) and ($4::timestamptz is null or t.created_at >= $4) as fits
      from ${database.table('tasks')} t where t.id > $1::uuid and ($5::uuid is null or t.id = $5)
      order by t.id limit ${windowSize}
    ), summed as (
      select *, row_number() over passed as number, sum(step_count) over passed as steps, sum(size) over passed as bytes
      from seen where fits window passed as (order by id)
    ), chosen as materialized (
      select id from summed where number = 1
        or (number <= ${most.tasks} and steps <= ${most.steps} and bytes <= ${most.contextBytes})
    ), bounds as (
      select (select count(*) from summed) = (select count(*) from chosen) as whole, (select max(id::text) from chosen) as last
    )
    select s.id, c.id is not null as "isChosen", b.whole and (select count(*) from seen) < ${windowSize} as "isLast",
      exists (select 1 from ${database.table('workers')} w where ${isAlive(database, 'w.id')}) as "hasLiveWorker"
    from seen s cross join bounds b left join chosen c on c.id = s.id
    where b.whole or s.id <= b.last::uuid order by s.id`
}

/** Values: tasks, first and last number. */
function entriesSql(database: Database): string {
  return `select l.id, l.task_id as "taskId", l.entry,
      case when pg_column_size(l.events) <= ${largeEntryBytes} then l.events else (
        select json_agg(json_build_object('name', e.event -> 'name', 'occurredAt', e.event -> 'occurredAt',
          'correlationId', e.event -> 'correlationId', 'stepId', e.event -> 'stepId', 'traceparent', e.event -> 'traceparent',
          'payload', (
            select json_object_agg(p.key, case when p.key = 'results' then 'true'::json else p.value end)
            from json_each(e.event -> 'payload') p where e.event ->> 'name' ~ '^(task|step)\\.')) order by e.place)
        from json_array_elements(l.events) with ordinality as e(event, place)) end as events
    from ${database.table('event_log')} l where l.task_id = any($1::uuid[]) and l.entry between $2 and $3
    order by l.task_id, l.entry, l.id`
}
