import { Migration } from '@mikro-orm/migrations'

/**
 * Schedules: what they are and how far they are as documents, because only code reads them, and what is searched for in columns of its
 * own. There are few rows, so that the one index that counts is the one by time.
 */
export class AddSchedules extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create table ${schema}.schedules (
      name text primary key,
      id uuid not null,
      revision int not null,
      definition jsonb not null,
      progress jsonb not null,
      next_at timestamptz(3),
      is_waiting boolean not null,
      paused_at timestamptz(3),
      holder text,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    );
    create index schedules_next on ${schema}.schedules (next_at) where paused_at is null`)
  }
}
