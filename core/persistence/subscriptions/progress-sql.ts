import type { DeliveryProgress } from '../../contracts/subscription-store.js'
import type { Database } from '../database.js'

/**
 * One statement for all that a worker writes down of its deliveries: cursors, what is held and freed, what was given up. Of a shard whose
 * epoch has moved on nothing is written. Gives the others. A cursor never goes back: two writes of one worker may overtake each other.
 */
export function progressSql(database: Database): string {
  const table = (name: string) => database.table(name)
  const ours = 'in (select shard from moved)'
  return `with moved as (
      update ${table('subscription_shards')} c set (log_id, log_index) =
        (select * from (values (c.log_id, c.log_index), (x.log_id, x.log_index)) as p(id, place) order by id desc, place desc limit 1)
      from jsonb_to_recordset($2::jsonb) as x(shard int, epoch int, log_id bigint, log_index int)
      where c.subscription = $1 and c.shard = x.shard and c.epoch = x.epoch returning c.shard
    ), held as (
      insert into ${table('subscription_lanes')} (subscription, shard, lane, log_id, log_index, attempts, due_at, error)
      select $1, x.shard, x.lane, x.log_id, x.log_index, x.attempts, x.due_at, x.error
      from jsonb_to_recordset($3::jsonb) as x(shard int, lane text, log_id bigint, log_index int, attempts int, due_at timestamptz, error jsonb)
      where x.shard ${ours}
      on conflict (subscription, lane) do update set log_id = excluded.log_id, log_index = excluded.log_index,
        attempts = excluded.attempts, due_at = excluded.due_at, error = excluded.error
    ), freed as (
      delete from ${table('subscription_lanes')} l using jsonb_to_recordset($4::jsonb) as x(shard int, lane text)
      where l.subscription = $1 and l.lane = x.lane and x.shard ${ours}
    ), buried as (
      insert into ${table('dead_letters')} (id, subscription, shard, lane, task_id, log_id, log_index, event, error, attempts, failed_at)
      select x.id, $1, x.shard, x.lane, x.task_id, x.log_id, x.log_index, x.event, x.error, x.attempts, x.failed_at
      from jsonb_to_recordset($5::jsonb) as x(id uuid, shard int, lane text, task_id uuid, log_id bigint, log_index int, event json,
        error jsonb, attempts int, failed_at timestamptz)
      where x.shard ${ours} on conflict (id) do nothing
    ), revived as (
      delete from ${table('dead_letters')} d using jsonb_to_recordset($6::jsonb) as x(shard int, id uuid)
      where d.id = x.id and x.shard ${ours}
    ), again as (
      update ${table('dead_letters')} d set error = x.error, attempts = x.attempts, failed_at = x.failed_at, retry_requested_at = null
      from jsonb_to_recordset($7::jsonb) as x(shard int, id uuid, error jsonb, attempts int, failed_at timestamptz)
      where d.id = x.id and x.shard ${ours}
    )
    select shard from moved`
}

/** Its values. */
export function progressValues(name: string, progress: DeliveryProgress): readonly unknown[] {
  const { shards, held, freed, deadLetters, revived, failedAgain } = progress
  return [name, ...[shards, held, freed, deadLetters, revived, failedAgain].map(rowsOf)]
}

function rowsOf(rows: readonly object[]): string {
  return JSON.stringify(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [columnOf(key), value]))),
  )
}

/** `logId` → `log_id`; the index in an entry has a longer name, because `index` means something else to a database. */
function columnOf(key: string): string {
  return key === 'index' ? 'log_index' : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
