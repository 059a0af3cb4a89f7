import { Migration } from '@mikro-orm/migrations'

/**
 * What people and programs change that is none of the 56 events, and what of it stands in the row of a task: since when it is paused, and
 * which task it runs again.
 */
export class AddChanges extends Migration {
  override up(): void {
    this.addSql(addChanges(`"${this.config.get('schema')}"`))
  }
}

const addChanges = (schema: string): string => `
create table ${schema}.changes (
  id uuid primary key,
  number bigserial not null,
  subject_kind text not null,
  subject_key text not null,
  task_id uuid,
  entry int,
  place int,
  kind text not null,
  data jsonb not null,
  actor jsonb not null,
  reason text not null,
  changed_at timestamptz(3) not null
);
create index changes_task on ${schema}.changes (task_id, number) where task_id is not null;
create index changes_subject on ${schema}.changes (subject_kind, subject_key, number);

alter table ${schema}.tasks add column rerun_of jsonb, add column paused_at timestamptz(3);
create index tasks_rerun on ${schema}.tasks ((rerun_of ->> 'taskId')) where rerun_of is not null;
`
