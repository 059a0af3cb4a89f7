import type { Database } from './database.js'
import { PARKED, UNFINISHED, UNPARKED } from './entities/task-entity.js'
import { isAlive } from './live-workers.js'
import { storedFunctionBody, storedFunctionName } from './stored-function.js'

/** What waits for something other than time is looked at again within a minute; clocks of two workers differ by less than another. */
const LONGEST_PARKED = `interval '2 minutes'`

/**
 * The function of the database that the sweeper calls: finds tasks that contradict what every unfinished task must have, a
 * live owner, a due time, or a reason to be parked with a time to look again, and gives it to them. Like claims it hops over the
 * indexes: with nothing to repair it reads a few pages, however many tasks wait.
 *
 * Not here: unfinished tasks of owners that are gone, which claims take (claim-function.ts), and tasks of a live worker that does
 * not hold them, which only that worker can know (see ownership-check.ts).
 */
export class RepairFunction {
  readonly name: string
  readonly createSql: string

  constructor(database: Database) {
    const text = body(database)
    this.name = storedFunctionName(database, 'repair', text)
    this.createSql = `create or replace function ${this.name}(p_now timestamptz)
      returns table (task ${database.table('tasks')}, finding text) ${storedFunctionBody(text)}`
  }
}

const body = (database: Database): string => {
  const tasks = database.table('tasks')
  const group = 'namespace, name, version, priority'
  const ofGroup = `t.namespace = g.namespace and t.name = g.name and t.version = g.version and t.priority = g.priority`
  const makeDue = (chosen: string, finding: string): string => `
    return query update ${tasks} t set due_at = p_now
      where t.id = any(array(select t.id from ${tasks} t where ${chosen} limit 1000 for update skip locked))
      returning t, ${finding};`
  return `
#variable_conflict use_column
declare
  g record;
  owner text;
begin
  select ${group} into g from ${tasks} where ${UNPARKED} order by ${group} limit 1;
  while g.name is not null loop
    ${makeDue(`${UNPARKED} and ${ofGroup} and t.due_at is null`, `t.state || ' without an owner and without a due time'`)}
    select ${group} into g from ${tasks} t where ${UNPARKED} and (${group}) > (g.namespace, g.name, g.version, g.priority)
      order by ${group} limit 1;
  end loop;

  select parked, ${group} into g from ${tasks} where ${PARKED} order by parked, ${group} limit 1;
  while g.name is not null loop
    ${makeDue(
      `${PARKED} and t.parked = g.parked and ${ofGroup} and t.due_at is null`,
      `'parked (' || t.parked || ') without a time to look again'`,
    )}
    ${makeDue(
      `${PARKED} and t.parked = g.parked and g.parked <> 'paused' and ${ofGroup} and t.due_at > p_now + ${LONGEST_PARKED}`,
      `'parked (' || t.parked || ') and not to be looked at again within a minute'`,
    )}
    select parked, ${group} into g from ${tasks} t
      where ${PARKED} and (parked, ${group}) > (g.parked, g.namespace, g.name, g.version, g.priority)
      order by parked, ${group} limit 1;
  end loop;

  select t.owner_id into owner from ${tasks} t where t.owner_id is not null order by t.owner_id limit 1;
  while owner is not null loop
    if not ${isAlive(database, 'owner')} then
      return query update ${tasks} t set owner_id = null
        where t.id = any(array(
          select t.id from ${tasks} t where t.owner_id = owner and not (t.${UNFINISHED}) limit 1000 for update skip locked))
        returning t, t.state || ' and owned by ' || owner || ', which is gone';
    end if;
    select t.owner_id into owner from ${tasks} t where t.owner_id > owner order by t.owner_id limit 1;
  end loop;
end
`
}
