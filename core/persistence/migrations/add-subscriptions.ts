import { Migration } from '@mikro-orm/migrations'

/**
 * Durable subscribers: one row for each, one cursor for each of its shards, the lanes (tasks, or entries without one) whose events wait
 * because one of them failed, and the events that were given up. Cursors are written many times a second: room in their pages keeps
 * these updates HOT.
 *
 * A dead letter has its event with it, so that retention may take the log of its task.
 */
export class AddSubscriptions extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create table ${schema}.subscriptions (
      name text primary key,
      shard_count int not null,
      is_transactional boolean not null,
      expire_after_ms double precision not null,
      accepted_lost_id bigint not null,
      paused_at timestamptz(3),
      pause_reason text,
      created_at timestamptz(3) not null,
      seen_at timestamptz(3) not null
    );
    create table ${schema}.subscription_members (
      subscription text not null,
      worker_id text not null,
      primary key (subscription, worker_id)
    );
    create table ${schema}.subscription_shards (
      subscription text not null,
      shard int not null,
      epoch int not null,
      worker_id text,
      log_id bigint not null,
      log_index int not null,
      primary key (subscription, shard)
    ) with (fillfactor = 20);
    create table ${schema}.subscription_lanes (
      subscription text not null,
      shard int not null,
      lane text not null,
      log_id bigint not null,
      log_index int not null,
      attempts int not null,
      due_at timestamptz(3) not null,
      error jsonb not null,
      primary key (subscription, lane)
    );
    create index subscription_lanes_lane on ${schema}.subscription_lanes (lane);
    create table ${schema}.dead_letters (
      id uuid primary key,
      subscription text not null,
      shard int not null,
      lane text not null,
      task_id uuid,
      log_id bigint not null,
      log_index int not null,
      event json not null,
      error jsonb not null,
      attempts int not null,
      failed_at timestamptz(3) not null,
      retry_requested_at timestamptz(3)
    );
    create index dead_letters_subscription on ${schema}.dead_letters (subscription, failed_at, id)`)
  }
}
