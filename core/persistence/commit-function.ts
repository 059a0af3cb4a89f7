import type { TaskWrite } from '../contracts/store.js'
import type { StepRecord, TaskRecord } from '../contracts/task-record.js'
import { givenColumns } from './changes.js'
import { type ColumnArray, columnArray, jsonText } from './column-arrays.js'
import type { Database } from './database.js'
import { CommandEntity } from './entities/command-entity.js'
import { StepEntity } from './entities/step-entity.js'
import { TaskEntity } from './entities/task-entity.js'
import { TaskIdentityEntity } from './entities/task-identity-entity.js'
import { storedFunctionBody, storedFunctionName } from './stored-function.js'
import { type Column, columnsOf, pickColumns } from './table-columns.js'

/** What a task's later commits may change; the rest stands as it was created, so that contexts travel once. Claims change the epoch. */
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

/** What only people change: written with the changes that say so, so that it costs the others nothing. */
const editedTaskProperties = ['reason', 'tags', 'pausedAt'] as const satisfies readonly (keyof TaskRecord)[]

/** Raised where an update did not find all its steps. */
export const ROWS_MISSING_STATE = 'TK001'
/** Raised where a task is not as its write expects: it has another epoch, or another number of entries in the log. */
export const TASKS_DIFFER_STATE = 'TK002'
/** Raised where another task has the identity of a new one. */
export const IDENTITIES_TAKEN_STATE = 'TK003'

/** What one call gives back. */
export interface CommitFunctionRow {
  /** Ids of the log entries, in the order of the writes that have events. */
  readonly logIds: readonly string[]
}

/**
 * One kind of row among the parameters. Its columns travel as one array each; those of kinds that few commits have as one JSON document,
 * because a function has at most 100 parameters.
 */
interface Group {
  readonly name: string
  readonly columns: readonly GroupColumn[]
  readonly isDocument: boolean
}

interface GroupColumn extends Column, ColumnArray {
  /** The column's value of a row. */
  readonly read: (row: never) => unknown
}

/**
 * The function of the database that a commit calls: updates the rows of the tasks in id order, each only if its epoch and its entry
 * number are as expected, and then writes everything else with one statement for each kind of row. One round trip in all where nobody
 * else takes part in the transaction, and the plans are kept by the server.
 *
 * The tasks go first, because an update waits for whoever holds a row and compares again what that left: from then on nobody else
 * claims the task until the commit. Where one differs, nothing is written at all.
 */
export class CommitFunction {
  /** With its schema. */
  readonly name: string
  readonly createSql: string
  readonly callSql: string
  readonly #groups: readonly Group[]

  constructor(database: Database) {
    const taskColumns = columnsOf(TaskEntity)
    const stepColumns = columnsOf(StepEntity)
    const stepKey = pickColumns(stepColumns, ['taskId', 'position'])
    const groups = {
      changedTasks: group('task', [
        expectedEntry,
        ...pickColumns(taskColumns, ['id', 'epoch', ...changingTaskProperties]).map(ofTask),
      ]),
      newTasks: group('new_task', taskColumns),
      identities: documentGroup('identity', columnsOf(TaskIdentityEntity)),
      changedSteps: group('step', [...stepKey, ...pickColumns(stepColumns, changingStepProperties)]),
      newSteps: group('new_step', stepColumns),
      answers: group('answer', answerColumns),
      entries: group('entry', entryColumns),
      edits: documentGroup('edit', pickColumns(taskColumns, ['id', ...editedTaskProperties])),
      changes: documentGroup('change', givenColumns()),
      commands: documentGroup('command', commandColumns()),
    }
    this.#groups = Object.values(groups)
    const parameters = this.#groups.flatMap(parametersOf)
    const body = functionBody(database, groups)
    this.name = storedFunctionName(database, 'commit', `${parameters.join()}${body}`)
    this.createSql = `create or replace function ${this.name}(${parameters.join(', ')},
      out "logIds" text[]) ${storedFunctionBody(body)}`
    const call = `select * from ${this.name}(${parameters.map((_, index) => `$${index + 1}`).join(', ')})`
    this.callSql = database.prepare(call)
  }

  /** The values of a call. @throws UnserializableWriteError */
  values(writes: readonly TaskWrite[]): readonly (string | null)[] {
    const changed = writes.filter((write) => !write.isNew)
    const rows: Readonly<Record<string, readonly object[]>> = {
      task: changed.sort((a, b) => (a.task.id < b.task.id ? -1 : 1)),
      new_task: writes.filter((write) => write.isNew).map((write) => write.task),
      identity: writes.filter((write) => write.identity !== undefined).map(identityRow),
      step: writes.flatMap((write) => write.changedSteps),
      new_step: writes.flatMap((write) => write.newSteps),
      answer: writes.flatMap((write) => write.answers),
      command: writes.flatMap((write) => write.commands ?? nothing),
      entry: writes.filter((write) => write.events.length > 0).map(entryRow),
      ...editRows(writes),
    }
    return this.#groups.flatMap((each) => encodeRows(each, rows[each.name]!))
  }
}

/** The number of the log entry that the task has before the write. */
const expectedEntry = {
  property: 'expectedEntry',
  name: 'expected_entry',
  type: 'int',
  read: ({ task, events }: TaskWrite) => task.logEntry - (events.length > 0 ? 1 : 0),
}

/** A column of the tasks, read from a write. */
function ofTask(column: Column) {
  const property = column.property as keyof TaskRecord
  return { ...column, read: ({ task }: TaskWrite) => task[property] }
}

const nothing: readonly object[] = []

function editRows(writes: readonly TaskWrite[]): {
  readonly edit: readonly object[]
  readonly change: readonly object[]
} {
  const edited = writes.filter((write) => write.changes !== undefined)
  if (edited.length === 0) return { edit: nothing, change: nothing }
  return { edit: edited.map(({ task }) => task), change: edited.flatMap(({ changes }) => changes!) }
}

const answerColumns: readonly Column[] = [
  { property: 'commandId', name: 'id', type: 'uuid' },
  { property: 'outcome', name: 'outcome', type: 'jsonb' },
]

/** What of a command is given with it: all but its answer. */
function commandColumns(): readonly Column[] {
  return columnsOf(CommandEntity).filter(({ property }) => property !== 'outcome')
}

const entryColumns: readonly Column[] = [
  { property: 'taskId', name: 'task_id', type: 'uuid' },
  { property: 'entry', name: 'entry', type: 'int' },
  { property: 'events', name: 'events', type: 'json' },
]

function group(name: string, columns: readonly (Column & Partial<Pick<GroupColumn, 'read'>>)[]): Group {
  return {
    name,
    isDocument: false,
    columns: columns.map((column) => {
      const property = column.property as never
      return { read: (row: never) => row[property], ...column, ...columnArray(column) }
    }),
  }
}

function documentGroup(name: string, columns: readonly Column[]): Group {
  const { columns: arrays } = group(name, columns)
  return { name, isDocument: true, columns: arrays.map((column) => ({ ...column, asValue: (element) => element })) }
}

function parametersOf({ name, columns, isDocument }: Group): string[] {
  if (isDocument) return [`p_${name} text`]
  return columns.map((column) => `${parameterName(name, column)} ${column.parameterType}`)
}

function parameterName(groupName: string, { name }: Column): string {
  return `p_${groupName}_${name}`
}

function encodeRows({ columns, isDocument }: Group, rows: readonly object[]): (string | null)[] {
  if (isDocument) return [rows.length === 0 ? null : jsonText(rows.map((row) => documentRow(columns, row)))]
  if (rows.length === 0) return columns.map(() => null)
  return columns.map(({ read, encode }) => encode(rows.map(read as (row: object) => unknown)))
}

function documentRow(columns: Group['columns'], row: object): object {
  return Object.fromEntries(columns.map(({ name, read }) => [name, read(row as never)]))
}

function identityRow({ task, identity }: TaskWrite) {
  return { ...identity, taskId: task.id, createdAt: task.createdAt }
}

function entryRow({ task, events }: TaskWrite) {
  return { taskId: task.id, entry: task.logEntry, events }
}

/** `unnest(task_ids, task_states, …) as x(id, state, …)` */
function unnest({ name, columns, isDocument }: Group): string {
  if (isDocument) {
    const types = columns.map((column) => `${column.name} ${column.type}`)
    return `jsonb_to_recordset(p_${name}::jsonb) as x(${types.join(', ')})`
  }
  const arrays = columns.map((column) => column.asArray(parameterName(name, column)))
  return `unnest(${arrays.join(', ')}) as x(${columns.map((column) => column.name).join(', ')})`
}

function assignments({ columns }: Group, keys: readonly string[]): string {
  const changing = columns.filter(({ property }) => !keys.includes(property))
  return changing.map(({ name, asValue }) => `${name} = ${asValue(`x.${name}`)}`).join(', ')
}

function insert(table: string, rows: Group): string {
  const names = rows.columns.map(({ name }) => name).join(', ')
  const values = rows.columns.map(({ name, asValue }) => asValue(`x.${name}`)).join(', ')
  return `insert into ${table} (${names}) select ${values} from ${unnest(rows)}`
}

/**
 * Takes those that are free: new, or ended. In one order, so that two commits which want the same ones wait for each other and not
 * each for the other. Whether the task of one is still there cannot be asked here: after a wait the row is the latest, and every other
 * table as it was before, without the task of whoever was waited for.
 */
function takeIdentities(table: string, identities: Group): string {
  return `${insert(`${table} as i`, identities)} order by x.hash
    on conflict (hash) do update
    set task_id = excluded.task_id, created_at = excluded.created_at, expires_at = excluded.expires_at
    where i.expires_at <= excluded.created_at`
}

/** Each statement is left out where it has no rows: it would still cost its start. */
function ifAny({ name, columns, isDocument }: Group, statements: string): string {
  const parameter = isDocument ? `p_${name}` : parameterName(name, columns[0]!)
  return `if ${parameter} is not null then ${statements} end if;`
}

function mustFindAll({ name, columns, isDocument }: Group, what: string, state: string): string {
  const wanted = isDocument ? `json_array_length(p_${name}::json)` : `cardinality(${parameterName(name, columns[0]!)})`
  return `get diagnostics row_count = row_count;
    if row_count <> ${wanted} then
      raise exception 'a commit was to change % ${what} and found %', ${wanted}, row_count
        using errcode = '${state}';
    end if;`
}

type GroupName =
  | 'changedTasks'
  | 'newTasks'
  | 'identities'
  | 'changedSteps'
  | 'newSteps'
  | 'answers'
  | 'commands'
  | 'entries'
  | 'edits'
  | 'changes'
type Groups = Readonly<Record<GroupName, Group>>

function functionBody(database: Database, groups: Groups): string {
  const { changedTasks, newTasks, identities, changedSteps, newSteps, answers, commands, entries, edits, changes } =
    groups
  const tasks = database.table('tasks')
  return `
#variable_conflict use_column
declare
  row_count bigint;
begin
  ${ifAny(
    changedTasks,
    `update ${tasks} t set ${assignments(changedTasks, ['id', 'epoch', 'expectedEntry'])} from ${unnest(changedTasks)}
      where t.id = x.id and t.epoch = x.epoch and t.log_entry = x.expected_entry;
    ${mustFindAll(changedTasks, 'tasks', TASKS_DIFFER_STATE)}`,
  )}
  ${ifAny(newTasks, `${insert(tasks, newTasks)};`)}
  ${ifAny(
    identities,
    `${takeIdentities(database.table('task_identities'), identities)};
    ${mustFindAll(identities, 'identities', IDENTITIES_TAKEN_STATE)}`,
  )}
  ${ifAny(newSteps, `${insert(database.table('steps'), newSteps)};`)}
  ${ifAny(
    changedSteps,
    `update ${database.table('steps')} s set ${assignments(changedSteps, ['taskId', 'position'])}
      from ${unnest(changedSteps)} where s.task_id = x.task_id and s.position = x.position;
    ${mustFindAll(changedSteps, 'steps', ROWS_MISSING_STATE)}`,
  )}
  ${ifAny(
    answers,
    `update ${database.table('commands')} c set outcome = x.outcome::jsonb from ${unnest(answers)} where c.id = x.id and c.outcome is null;`,
  )}
  ${ifAny(commands, `${insert(database.table('commands'), commands)};`)}
  ${ifAny(
    entries,
    `with logged as (${insert(database.table('event_log'), entries)} returning id)
    select array_agg(id::text) into "logIds" from logged;`,
  )}
  ${ifAny(
    edits,
    `update ${tasks} t set ${assignments(edits, ['id'])} from ${unnest(edits)} where t.id = x.id;
    ${insert(database.table('changes'), changes)} on conflict (id) do nothing;`,
  )}
  "logIds" := coalesce("logIds", '{}');
end
`
}
