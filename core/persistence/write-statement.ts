import type { TaskWrite } from '../contracts/store.js'
import type { StepRecord, TaskRecord } from '../contracts/task-record.js'
import { UnserializableWriteError } from '../errors/persistence-errors.js'
import type { Database } from './database.js'
import { StepEntity } from './entities/step-entity.js'
import { TaskEntity } from './entities/task-entity.js'
import { type Column, columnsOf, pickColumns, recordset } from './table-columns.js'

/** What a task's later commits may change; the rest stands as it was created, so that contexts travel once. */
const changingTaskProperties = [
  'state',
  'priority',
  'stepCount',
  'timeoutMs',
  'error',
  'dueAt',
  'parked',
  'startedAt',
  'completedAt',
  'ownerId',
  'epoch',
  'logEntry',
] as const satisfies readonly (keyof TaskRecord)[]

const changingStepProperties = [
  'state',
  'attempts',
  'retryLimit',
  'idempotencyKey',
  'childTaskId',
  'error',
  'dueAt',
  'resolvedHow',
  'ownerLosses',
  'drains',
  'resultEntry',
  'resultIndex',
  'startedAt',
  'completedAt',
] as const satisfies readonly (keyof StepRecord)[]

const answerColumns: readonly Column[] = [
  { property: 'commandId', name: 'id', type: 'uuid' },
  { property: 'outcome', name: 'outcome', type: 'jsonb' },
]

const entryColumns: readonly Column[] = [
  { property: 'place', name: 'place', type: 'int' },
  { property: 'taskId', name: 'task_id', type: 'uuid' },
  { property: 'entry', name: 'entry', type: 'int' },
  { property: 'events', name: 'events', type: 'jsonb' },
]

/** One row of what the statement gives back: counts on every row, and a row for each log entry. */
export interface WriteStatementRow {
  readonly changedTasks: number
  readonly changedSteps: number
  readonly logId: string | null
  readonly logTaskId: string | null
}

export interface WriteStatement {
  readonly sql: string
  readonly values: readonly string[]
}

/** Puts any number of writes into one statement: one data-modifying part for each kind of row that occurs among them. */
export class WriteStatementBuilder {
  readonly #database: Database
  readonly #taskColumns: readonly Column[]
  readonly #stepColumns: readonly Column[]

  constructor(database: Database) {
    this.#database = database
    this.#taskColumns = columnsOf(database, TaskEntity)
    this.#stepColumns = columnsOf(database, StepEntity)
  }

  /** Log entries get their ids in the order of the writes. */
  build(writes: readonly TaskWrite[]): WriteStatement {
    const parts: string[] = []
    const values: string[] = []
    const add = (rows: readonly unknown[], part: (parameter: number, count: number) => string): void => {
      if (rows.length === 0) return
      values.push(toJson(rows))
      parts.push(part(values.length, rows.length))
    }
    const changed = writes.filter((write) => !write.isNew)
    const created = writes.filter((write) => write.isNew)
    const newSteps = writes.flatMap((write) => write.newSteps)
    const changedSteps = writes.flatMap((write) => write.changedSteps)
    const answers = writes.flatMap((write) => write.answers)
    const entries = writes.filter((write) => write.events.length > 0)
    add(
      created.map((write) => write.task),
      (parameter, count) =>
        this.#insert('new_tasks', 'tasks', recordset(parameter, this.#taskColumns, count), this.#taskColumns),
    )
    add(
      changed.map((write) => pick(write.task, ['id', ...changingTaskProperties])),
      (parameter, count) => this.#updateTasks(parameter, count),
    )
    add(newSteps, (parameter, count) =>
      this.#insert('new_steps', 'steps', recordset(parameter, this.#stepColumns, count), this.#stepColumns),
    )
    add(
      changedSteps.map((step) => pick(step, ['taskId', 'position', ...changingStepProperties])),
      (parameter, count) => this.#updateSteps(parameter, count),
    )
    add(answers, (parameter, count) => this.#answerCommands(parameter, count))
    add(entries.map(toLogRow), (parameter, count) => this.#appendEntries(parameter, count))
    const count = (name: string, rows: readonly unknown[]): string =>
      rows.length === 0 ? '0' : `(select count(*)::int from ${name})`
    const counts = `select ${count('changed_tasks', changed)} as "changedTasks", ${count('changed_steps', changedSteps)} as "changedSteps"`
    const log =
      entries.length === 0
        ? 'null as "logId", null as "logTaskId"'
        : 'id as "logId", task_id as "logTaskId" from logged'
    return { sql: `with ${parts.join(',\n')}\n${counts}, ${log}`, values }
  }

  #insert(name: string, table: string, source: string, columns: readonly Column[]): string {
    const names = columns.map((column) => column.name).join(', ')
    const values = columns.map((column) => `x."${column.property}"`).join(', ')
    return `${name} as (insert into ${this.#database.table(table)} (${names}) select ${values} from ${source})`
  }

  #updateTasks(parameter: number, count: number): string {
    const columns = pickColumns(this.#taskColumns, changingTaskProperties)
    const source = recordset(parameter, [...pickColumns(this.#taskColumns, ['id']), ...columns], count)
    return `changed_tasks as (update ${this.#database.table('tasks')} t set ${assignments(columns)} from ${source} where t.id = x.id returning 1)`
  }

  #updateSteps(parameter: number, count: number): string {
    const columns = pickColumns(this.#stepColumns, changingStepProperties)
    const source = recordset(parameter, [...pickColumns(this.#stepColumns, ['taskId', 'position']), ...columns], count)
    return `changed_steps as (update ${this.#database.table('steps')} s set ${assignments(columns)} from ${source} where s.task_id = x."taskId" and s.position = x.position returning 1)`
  }

  #answerCommands(parameter: number, count: number): string {
    const source = recordset(parameter, answerColumns, count)
    return `answered as (update ${this.#database.table('commands')} c set outcome = x.outcome from ${source} where c.id = x."commandId" and c.outcome is null)`
  }

  #appendEntries(parameter: number, count: number): string {
    const source = recordset(parameter, entryColumns, count)
    return `logged as (insert into ${this.#database.table('event_log')} (task_id, entry, events) select x."taskId", x.entry, x.events from ${source} order by x.place returning id, task_id)`
  }
}

function toLogRow(write: TaskWrite, place: number): object {
  return { place, taskId: write.task.id, entry: write.task.logEntry, events: write.events }
}

function assignments(columns: readonly Column[]): string {
  return columns.map(({ name, property }) => `${name} = x."${property}"`).join(', ')
}

function pick<T extends object>(record: T, properties: readonly (keyof T)[]): Partial<T> {
  const picked: Partial<T> = {}
  for (const property of properties) picked[property] = record[property]
  return picked
}

function toJson(rows: readonly unknown[]): string {
  try {
    return JSON.stringify(rows)
  } catch (error) {
    throw new UnserializableWriteError(error)
  }
}
