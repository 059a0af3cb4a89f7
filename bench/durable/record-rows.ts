import { setTimeout as sleep } from 'node:timers/promises'
import { openTasker } from './engines/tasker.js'
import type { Shape } from './shapes.js'
import { dropSchema, withClient } from './sql.js'

/** One row version that Tasker wrote. */
export interface RecordedRow {
  readonly table: string
  readonly op: 'INSERT' | 'UPDATE' | 'DELETE'
  /** The row as it was written; of a deletion, as it was. */
  readonly row: Readonly<Record<string, unknown>>
  /** The columns that differ from the version before; all of them for an insertion. */
  readonly changed: readonly string[]
}

/** What Tasker wrote for one task, commit by commit. */
export interface RecordedTask {
  readonly id: string
  readonly commits: readonly (readonly RecordedRow[])[]
}

export const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

interface CapturedRow extends RecordedRow {
  readonly transaction: string
}

/**
 * Records every row version that Tasker writes for some tasks, with triggers on all of its tables, so that whatever Tasker comes
 * to write, the floor writes the same. Leaves Tasker's tables empty, without the triggers, in a schema of that name.
 *
 * All tasks are created at once, as in the measurement, and those of the first half are left out: the first few find a worker
 * with room, which takes a commit less.
 */
export async function recordTasks(url: string, schema: string, shape: Shape, count: number): Promise<RecordedTask[]> {
  await dropSchema(url, schema)
  let ended = 0
  const taskEnded = () => {
    ended++
  }
  const tasker = await openTasker({ url, schema }, { shape, runs: true }, { stepRan: () => {}, taskEnded })
  try {
    await withClient(url, (client) => client.query(captureSql(schema)))
    await tasker.createMany(count * 2)
    while (ended < count * 2) await sleep(10)
  } finally {
    await tasker.close()
  }
  const rows = await capturedRows(url, schema)
  await withClient(url, (client) => client.query(endCaptureSql(schema)))
  return tasksOf(rows).slice(-count)
}

async function capturedRows(url: string, schema: string): Promise<CapturedRow[]> {
  const sql = `select transaction, table_name as table, op, new_row as row, changed from "${schema}".bench_capture order by id`
  return withClient(url, async (client) => (await client.query<CapturedRow>(sql)).rows)
}

/** In the order of their creation. A row belongs to the task whose id is in it, in whatever column. */
function tasksOf(rows: readonly CapturedRow[]): RecordedTask[] {
  const created = rows.filter((row) => row.table === 'tasks' && row.op === 'INSERT').map((row) => String(row.row.id))
  const byTask = new Map(created.map((id) => [id, new Map<string, RecordedRow[]>()]))
  for (const { transaction, ...row } of rows) {
    for (const id of new Set(JSON.stringify(row.row).match(uuid))) {
      const commits = byTask.get(id)
      if (commits === undefined) continue
      commits.set(transaction, [...(commits.get(transaction) ?? []), row])
    }
  }
  return [...byTask].map(([id, commits]) => ({ id, commits: [...commits.values()] }))
}

const captureSql = (schema: string): string => `
create table "${schema}".bench_capture (
  id bigserial primary key, transaction text not null, table_name text not null, op text not null,
  new_row jsonb not null, changed text[] not null
);
create function "${schema}".bench_capture() returns trigger language plpgsql as $$
declare
  this_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  old_row jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) end;
begin
  insert into "${schema}".bench_capture (transaction, table_name, op, new_row, changed)
  values (pg_current_xact_id()::text, tg_argv[0], tg_op, this_row, array(
    select key from jsonb_each(this_row) where old_row is null or old_row -> key is distinct from value));
  return null;
end $$;
${onEachTable(schema, `execute format('create trigger bench_capture after insert or update or delete on %s for each row execute function "${schema}".bench_capture(%L)', one.oid::regclass, one.relname);`)}
`

const endCaptureSql = (schema: string): string => `
drop function if exists "${schema}".bench_capture() cascade;
drop table if exists "${schema}".bench_capture;
${onEachTable(schema, "execute format('truncate %s', one.oid::regclass);")}
`

/** Partitions follow their parents. */
function onEachTable(schema: string, statement: string): string {
  return `do $do$ declare one record; begin
  for one in select c.oid, c.relname from pg_class c
    where c.relnamespace = '"${schema}"'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname not in ('bench_capture', 'migrations')
  loop ${statement} end loop; end $do$;`
}
