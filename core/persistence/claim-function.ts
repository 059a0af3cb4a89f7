import type { Database } from './database.js'
import { PARKED, UNFINISHED, UNPARKED } from './entities/task-entity.js'
import { judgeKeys } from './limits/key-function.js'
import { HEARD_OF_WITHIN_LEASE, isAlive } from './live-workers.js'
import { isUnderPause } from './pauses.js'
import { storedFunctionBody, storedFunctionName } from './stored-function.js'

/**
 * The function of the database that a claim of due tasks calls. A function, because it goes step by step where one statement
 * would be planned as a whole, anew each time and badly while the statistics are old, and because the server keeps its plans:
 * a look that finds nothing takes 0.4 ms, a claim of 50 tasks 2 ms, with a million finished tasks in the table and a hundred thousand
 * that are due for others.
 */
export class ClaimFunction {
  /** With its schema. */
  readonly name: string
  readonly createSql: string

  constructor(database: Database) {
    const text = body(database)
    this.name = storedFunctionName(database, 'claim', text)
    this.createSql = `
      create or replace function ${this.name}(p_worker text, p_limit int, p_now timestamptz, p_kinds text[], p_namespaces text[],
          p_takes_unserved boolean, p_limited_kinds text[] default '{}', p_key_limits int[] default '{}', p_key_limit int default null)
        returns table (task ${database.table('tasks')}, previous_owner_id text, unserved text) ${storedFunctionBody(text)}`
  }
}

/** Most tasks that one claim takes only to park them: they wait anyway, and what can run goes before. */
const MOST_UNSERVED = 100

/**
 * Whose the tasks of a kind are: `mine`, `others` where another live worker serves them, else why nobody does. What the claiming
 * worker serves comes as values, because its row may be about to change. Only if it is asked for are the others looked at.
 */
const judge = (database: Database): string => {
  const others = `from ${database.table('workers')} w where w.id <> p_worker and ${HEARD_OF_WITHIN_LEASE} and kind = any(w.kinds)`
  return `
    kind := g.namespace || '.' || g.name || '@' || g.version;
    has_code := p_kinds is null or kind = any(p_kinds);
    whose := case
      when has_code and (p_namespaces is null or g.namespace = any(p_namespaces)) then 'mine'
      when not p_takes_unserved then 'others'
      when exists (select 1 ${others} and (w.namespaces is null or g.namespace = any(w.namespaces))) then 'others'
      when has_code or exists (select 1 ${others}) then 'no_worker'
      else 'no_handler' end;`
}

/** What is paused is nobody's; but a task whose owner is gone is taken nevertheless, to end what that left running. */
const passOverPaused = (database: Database): string =>
  `if has_pauses and whose <> 'others' and ${isUnderPause(database, 'g')} then whose := 'others'; end if;`

/**
 * Three searches, each by hopping over an index from one distinct key to the next, so that neither what others serve nor what is
 * due later is read and thrown away: the tasks of owners that are gone; what is due, by kind and priority; and what is parked.
 * What waits for a worker is taken without regard to its due time as soon as there is one, and again when the reason has changed. What
 * waits for a child is not taken here: word of the child's end is (see child-tasks.ts).
 *
 * Candidates are collected without locks, four times as many as are wanted, because others may be claiming the same ones; then they
 * are locked in the order of urgency, and what somebody holds or has just taken is passed over.
 */
const body = (database: Database): string => {
  const tasks = database.table('tasks')
  const group = 'namespace, name, version, priority'
  const ofGroup = 't.namespace = g.namespace and t.name = g.name and t.version = g.version and t.priority = g.priority'
  const collect = (condition: string): string => `
      select array_agg(d.id) as ids, array_agg(d.due_at) as dues into batch from (
        select t.id, t.due_at from ${tasks} t where ${condition} and ${ofGroup}
        order by t.due_at limit case when whose = 'mine' then p_limit * 4 else ${MOST_UNSERVED} end) d;
      if batch.ids is not null then
        candidate_ids := candidate_ids || batch.ids;
        candidate_dues := candidate_dues || batch.dues;
        candidate_priorities := candidate_priorities || array_fill(g.priority, array[cardinality(batch.ids)]);
        candidate_fits := candidate_fits || array_fill(whose, array[cardinality(batch.ids)]);
      end if;`
  return `
#variable_conflict use_column
declare
  ids uuid[] := '{}';
  owners text[] := '{}';
  fits text[] := '{}';
  has_keys boolean := false;
  granted_keys text[] := '{}';
  candidate_ids uuid[] := '{}';
  candidate_dues timestamptz[] := '{}';
  candidate_priorities int[] := '{}';
  candidate_fits text[] := '{}';
  kind text;
  has_code boolean;
  whose text;
  owner text;
  g record;
  batch record;
  has_pauses boolean := exists (select 1 from ${database.table('pauses')});
  until timestamptz;
begin
  select t.owner_id into owner from ${tasks} t where t.owner_id is not null order by t.owner_id limit 1;
  while owner is not null and cardinality(ids) < p_limit loop
    if owner <> p_worker and not ${isAlive(database, 'owner')} then
      for g in
        select t.id, t.namespace, t.name, t.version, t.concurrency_key from ${tasks} t
        where t.owner_id = owner and t.${UNFINISHED} for update skip locked
      loop
        ${judge(database)}
        continue when whose = 'others';
        ids := ids || g.id;
        owners := owners || owner;
        fits := fits || whose;
        has_keys := has_keys or g.concurrency_key is not null;
        exit when cardinality(ids) = p_limit;
      end loop;
    end if;
    select t.owner_id into owner from ${tasks} t where t.owner_id > owner order by t.owner_id limit 1;
  end loop;

  if cardinality(ids) < p_limit then
    select ${group} into g from ${tasks} where ${UNPARKED} order by ${group} limit 1;
    while g.name is not null loop
      ${judge(database)}
      ${passOverPaused(database)}
      if whose <> 'others' then ${collect(`${UNPARKED} and t.due_at <= p_now`)} end if;
      select ${group} into g from ${tasks} t where ${UNPARKED} and (${group}) > (g.namespace, g.name, g.version, g.priority)
        order by ${group} limit 1;
    end loop;

    select parked, ${group} into g from ${tasks} where ${PARKED} order by parked, ${group} limit 1;
    while g.name is not null loop
      ${judge(database)}
      ${passOverPaused(database)}
      if g.parked = 'paused' then whose := 'others'; end if;
      until := case when g.parked in ('no_handler', 'no_worker') then 'infinity' else p_now end;
      if g.parked <> 'waiting_for_child' and (whose = 'mine' or (until = 'infinity' and whose not in ('others', g.parked))) then
        ${collect(`${PARKED} and t.parked = g.parked and t.due_at <= until`)}
      end if;
      select parked, ${group} into g from ${tasks} t
        where ${PARKED} and (parked, ${group}) > (g.parked, g.namespace, g.name, g.version, g.priority)
        order by parked, ${group} limit 1;
    end loop;

    for g in
      select l.id, l.concurrency_key, c.whose, c.place from (
        select u.*, row_number() over (partition by u.whose = 'mine' order by u.priority desc, u.due_at) as place
        from unnest(candidate_ids, candidate_dues, candidate_priorities, candidate_fits) as u(id, due_at, priority, whose)
        order by u.whose = 'mine' desc, place
      ) c cross join lateral (
        select t.id, t.owner_id, t.state, t.concurrency_key from ${tasks} t where t.id = c.id limit 1 for update skip locked
      ) l
      where (c.whose = 'mine' or c.place <= ${MOST_UNSERVED}) and l.owner_id is null and l.${UNFINISHED}
      limit p_limit - cardinality(ids)
    loop
      ids := ids || g.id;
      owners := owners || null::text;
      fits := fits || g.whose;
      has_keys := has_keys or g.concurrency_key is not null;
    end loop;
  end if;

  if cardinality(ids) = 0 then return; end if;
  if has_keys then ${judgeKeys(database)} end if;
  return query
    update ${tasks} t set owner_id = p_worker, epoch = t.epoch + 1,
      key_epoch = case when t.concurrency_key is not null and c.whose = 'mine' then t.epoch + 1 else t.key_epoch end
    from unnest(ids, owners, fits) as c(id, owner_id, whose)
    where t.id = c.id
    returning t, c.owner_id, case when c.whose = 'mine' then null else c.whose end;
end
`
}
