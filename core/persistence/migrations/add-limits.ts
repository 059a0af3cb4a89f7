import { Migration } from '@mikro-orm/migrations'

/**
 * What workers share of limits.
 *
 * `dependent_system_pace`: one row for a system that has a rate or has asked for a pause. Times are milliseconds since 1970 by the
 * Clock of the workers, not of the database: with intervals below a millisecond, and under a clock that tests move.
 * `dependent_system_use`: what each worker has of a system and waits for. A row counts while its worker lives.
 * `tasks.key_epoch`: the epoch of the claim that was admitted by the limit of the task's concurrency key. It counts as long as the task
 * has an owner and that epoch, so that nothing has to give it back.
 */
export class AddLimits extends Migration {
  override up(): void {
    this.addSql(addLimits(`"${this.config.get('schema')}"`))
  }
}

const addLimits = (schema: string): string => `
create table ${schema}.dependent_system_pace (
  system text primary key,
  next_at double precision not null default 0,
  turn_at double precision not null default 0,
  blocked_at double precision,
  blocked_until double precision,
  pace_per_s double precision,
  pace_growth double precision
) with (fillfactor = 50);

create table ${schema}.dependent_system_use (
  system text not null,
  worker_id text not null,
  held int not null,
  wanted int not null,
  served_at double precision not null,
  told_at timestamptz(3) not null,
  primary key (system, worker_id)
) with (fillfactor = 50);

alter table ${schema}.tasks add column key_epoch int;
create index tasks_key_held on ${schema}.tasks (namespace, name, concurrency_key)
  where concurrency_key is not null and owner_id is not null;
create index tasks_key_waiting on ${schema}.tasks (namespace, name, concurrency_key, priority desc, id)
  where concurrency_key is not null and owner_id is null and parked = 'limit' and state in ('pending', 'in_progress');
`
