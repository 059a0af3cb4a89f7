import { Migration } from '@mikro-orm/migrations'

/**
 * The tables of the first version.
 *
 * Rows of tasks and steps are updated a few times within milliseconds. Room in their pages (fillfactor) and indexes on columns
 * that rarely change make these updates HOT: no index is touched. There are no foreign keys between tasks, steps and the log:
 * only the store writes them, together and under the lock of the task's row, and each key would cost a look-up per row.
 *
 * Events are json and not jsonb: they are written once and mostly never taken apart, and jsonb takes three times as long to write.
 * For the same reason they are not compressed, and stay in their rows up to 8 kB.
 *
 * Ids of the log are drawn one by one (cache 1): reading it relies on their being drawn in order (see read-log.ts). The log is
 * partitioned by the time of writing, for retention to drop what is old (see log-partitions.ts); keys stand on the partitions,
 * because a key of the whole would have to contain that time. What no other partition is for goes to the default one.
 */
export class CreateTables extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create schema if not exists ${schema}`)
    this.addSql(createTables(schema))
  }
}

// One string: embedded databases answer each statement through a socket.
const createTables = (schema: string): string => `
create table ${schema}.namespaces (
  name text primary key,
  description text,
  created_at timestamptz(3) not null
);

create table ${schema}.named_tasks (
  namespace text not null,
  name text not null,
  version text not null,
  hash text not null,
  definition jsonb not null,
  registered_at timestamptz(3) not null,
  primary key (namespace, name, version)
);

create table ${schema}.tasks (
  id uuid primary key,
  namespace text not null,
  name text not null,
  version text not null,
  definition_hash text not null,
  state text not null,
  context jsonb,
  priority int not null,
  step_count int not null,
  initiator text not null,
  source_system text not null,
  reason text not null,
  tags text[] not null,
  bypass_steps text[] not null,
  identity_hash text,
  concurrency_key text,
  timeout_ms double precision,
  correlation_id text not null,
  traceparent text,
  parent_task_id uuid,
  parent_step_id uuid,
  error jsonb,
  due_at timestamptz(3),
  parked text,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  completed_at timestamptz(3),
  owner_id text,
  epoch int not null,
  log_entry int not null
) with (fillfactor = 70);

create index tasks_unparked on ${schema}.tasks (namespace, name, version, priority, due_at)
  where owner_id is null and parked is null and state in ('pending', 'in_progress');
create index tasks_parked on ${schema}.tasks (parked, namespace, name, version, priority, due_at)
  where owner_id is null and parked is not null and state in ('pending', 'in_progress');
create index tasks_owner on ${schema}.tasks (owner_id) where owner_id is not null;
create index tasks_created on ${schema}.tasks (created_at, id);

create table ${schema}.steps (
  task_id uuid not null,
  position int not null,
  id uuid not null,
  name text not null,
  state text not null,
  attempts int not null,
  retry_limit int not null,
  retryable boolean not null,
  skippable boolean not null,
  dependent_system text not null,
  timeout_ms double precision not null,
  depends_on text[] not null,
  idempotency_key text not null,
  element jsonb,
  branch_of text,
  child_task_id uuid,
  error jsonb,
  due_at timestamptz(3),
  resolved_how text,
  owner_losses int not null,
  drains int not null,
  result_entry int,
  result_index int,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  completed_at timestamptz(3),
  primary key (task_id, position)
) with (fillfactor = 60);

create table ${schema}.event_log (
  id bigserial,
  task_id uuid,
  entry int,
  events json not null,
  logged_at timestamptz(3) not null default now()
) partition by range (logged_at);
alter table ${schema}.event_log alter events set storage external;

create table ${schema}.event_log_default partition of ${schema}.event_log (primary key (id), unique (task_id, entry)) default
  with (toast_tuple_target = 8160);

create table ${schema}.log_retention (
  id int primary key,
  holder text,
  lease_ms double precision not null,
  held_at timestamptz(3),
  lost_id bigint not null,
  lost_entries bigint not null
);
insert into ${schema}.log_retention values (1, null, 0, null, 0, 0);

create table ${schema}.commands (
  id uuid primary key,
  task_id uuid not null,
  kind text not null,
  step_name text,
  reason text not null,
  actor jsonb not null,
  args jsonb not null,
  created_at timestamptz(3) not null,
  reply_to text,
  outcome jsonb
);

create index commands_unanswered on ${schema}.commands (task_id) where outcome is null;

create table ${schema}.workers (
  id text primary key,
  host text not null,
  process_id int not null,
  lease_ms double precision not null,
  kinds text[] not null,
  namespaces text[],
  started_at timestamptz(3) not null,
  heartbeat_at timestamptz(3) not null
);

create table ${schema}.metrics_snapshots (
  worker_id text primary key,
  taken_at timestamptz(3) not null,
  metrics jsonb not null
);
`
