import { Migration } from '@mikro-orm/migrations'

/** Pauses of namespaces and task types; few rows, if any. Tasks that one of them has parked are found by an index of their own. */
export class AddPauses extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`
create table ${schema}.pauses (
  key text primary key,
  namespace text not null,
  name text,
  version text,
  reason text not null,
  actor jsonb not null,
  paused_at timestamptz(3) not null
);
create index tasks_held on ${schema}.tasks (namespace, name, version)
  where owner_id is null and parked = 'paused' and paused_at is null and state in ('pending', 'in_progress');
`)
  }
}
