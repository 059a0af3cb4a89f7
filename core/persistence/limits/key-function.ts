import type { Database } from '../database.js'
import { UNFINISHED } from '../entities/task-entity.js'
import { storedFunctionBody, storedFunctionName } from '../stored-function.js'

/** A condition on a row: it is parked, for its key among others. */
const WAITING = `concurrency_key is not null and owner_id is null and parked = 'limit' and ${UNFINISHED}`
/** Most keys in one look for those that are free. */
const MOST_FREE_KEYS = 1_000

/** Locks a key of tasks until the end of the transaction. Values of the three texts are SQL. */
export function lockKey(database: Database, namespace: string, name: string, key: string): string {
  return `pg_advisory_xact_lock(hashtextextended(${namespace} || '.' || ${name} || ':' || ${key}, hashtext('${database.schema} keys')))`
}

/** How many tasks of a key are in progress, one left out. */
export function keyUse(database: Database, namespace: string, name: string, key: string, except: string): string {
  return `(select count(*) from ${database.table('tasks')} h
    where h.namespace = ${namespace} and h.name = ${name} and h.concurrency_key = ${key} and h.concurrency_key is not null
      and h.owner_id is not null and h.key_epoch = h.epoch and h.id <> ${except})`
}

/** A condition on a parked row: it waits for its key. One that has had its key waits for a system that its steps call. */
function waitsForKey(row: string): string {
  return `${row}.key_epoch is distinct from ${row}.epoch`
}

/** A condition on a row: nothing more of it runs, its claim ends it, and for that it needs no key. */
function isTimeUp(row: string): string {
  return `${row}.started_at + ${row}.timeout_ms * interval '1 millisecond' <= p_now`
}

/**
 * Part of the claim function, before it takes the tasks that it has found (`ids`, and in `fits` whose they are): of those with a
 * concurrency key, what is over the limit is taken only to be parked. What waits for the key already goes first. Keys are locked in one
 * order, so that two claims do not wait for each other.
 */
export function judgeKeys(database: Database): string {
  const tasks = database.table('tasks')
  return `
  for g in
    select t.id, t.namespace, t.name, t.version, t.concurrency_key, t.priority, c.place,
      t.owner_id is not null and t.key_epoch is not distinct from t.epoch as is_held,
      coalesce(k.key_limit, p_key_limit) as key_limit
    from unnest(ids, fits) with ordinality as c(id, whose, place)
    join ${tasks} t on t.id = c.id
    left join unnest(p_limited_kinds, p_key_limits) as k(kind, key_limit)
      on k.kind = t.namespace || '.' || t.name || '@' || t.version
    where c.whose = 'mine' and t.concurrency_key is not null and ${isTimeUp('t')} is not true
    order by t.namespace, t.name, t.concurrency_key, c.place
  loop
    perform ${lockKey(database, 'g.namespace', 'g.name', 'g.concurrency_key')};
    kind := g.namespace || '.' || g.name || ':' || g.concurrency_key;
    if ${keyUse(database, 'g.namespace', 'g.name', 'g.concurrency_key', 'g.id')}
        + (select count(*) from unnest(granted_keys) as k where k = kind) >= g.key_limit
      or not g.is_held and exists (select 1 from ${tasks} t where t.namespace = g.namespace and t.name = g.name
        and t.concurrency_key = g.concurrency_key and t.concurrency_key is not null and t.owner_id is null
        and t.parked = 'limit' and t.${UNFINISHED} and ${waitsForKey('t')} and (t.priority, g.id) > (g.priority, t.id)
        and not t.id = any(ids))
    then fits[g.place] := 'limit';
    -- What a lost worker held counts by its row, and once.
    elsif not g.is_held then granted_keys := granted_keys || kind;
    end if;
  end loop;`
}

/**
 * The function of the database by which a worker takes tasks that have been waiting for the limit of their key. Where that leaves room
 * for one that it does not serve, it gives that as well, unclaimed.
 */
export class KeyFunction {
  readonly name: string
  readonly createSql: string

  constructor(database: Database) {
    const text = body(database)
    this.name = storedFunctionName(database, 'claim_of_key', text)
    this.createSql = `create or replace function ${this.name}(p_worker text, p_namespace text, p_name text, p_key text,
        p_limit int, p_kinds text[])
      returns table (task ${database.table('tasks')}, is_claimed boolean) ${storedFunctionBody(text)}`
  }
}

/** A row if any task waits for its key. */
export function anyWaitingSql(database: Database): string {
  return `select 1 from ${database.table('tasks')} where ${WAITING} limit 1`
}

/** Keys that tasks wait for and none in progress has, by hopping over the index of those that wait. */
export function freeKeysSql(database: Database): string {
  const tasks = database.table('tasks')
  const key = 'namespace, name, concurrency_key'
  return `with recursive keys as (
      (select ${key} from ${tasks} where ${WAITING} order by ${key} limit 1)
      union all
      select n.* from keys k cross join lateral (
        select ${key} from ${tasks} where ${WAITING} and (${key}) > (k.namespace, k.name, k.concurrency_key) order by ${key} limit 1
      ) n
    )
    select namespace, name, concurrency_key as key from keys k where not exists (
      select 1 from ${tasks} h where h.namespace = k.namespace and h.name = k.name and h.concurrency_key = k.concurrency_key
        and h.concurrency_key is not null and h.owner_id is not null and h.key_epoch = h.epoch)
    limit ${MOST_FREE_KEYS}`
}

const body = (database: Database): string => {
  const tasks = database.table('tasks')
  const waiting = `w.namespace = p_namespace and w.name = p_name and w.concurrency_key = p_key and w.concurrency_key is not null
        and w.owner_id is null and w.parked = 'limit' and w.${UNFINISHED} and ${waitsForKey('w')}`
  const isServed = `(p_kinds is null or w.namespace || '.' || w.name || '@' || w.version = any(p_kinds))`
  return `
#variable_conflict use_column
declare
  room int;
  taken int;
begin
  perform ${lockKey(database, 'p_namespace', 'p_name', 'p_key')};
  room := p_limit - ${keyUse(database, 'p_namespace', 'p_name', 'p_key', `'00000000-0000-0000-0000-000000000000'`)};
  if room <= 0 then return; end if;
  return query
    update ${tasks} t set owner_id = p_worker, epoch = t.epoch + 1, key_epoch = t.epoch + 1
    where t.id = any(array(
      select w.id from ${tasks} w where ${waiting} and ${isServed}
      order by w.priority desc, w.id limit room for update skip locked))
    returning t, true;
  get diagnostics taken = row_count;
  if taken < room then
    return query select w, false from ${tasks} w where ${waiting} and not ${isServed} limit 1;
  end if;
end
`
}
