import { Migration } from '@mikro-orm/migrations'

/** How far incremental exports are. There are few, and each is written once for every file. */
export class AddExportCursors extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create table ${schema}.export_cursors (
      name text primary key,
      source text not null,
      filters jsonb not null,
      position text,
      lost_before bigint not null,
      files int not null,
      records bigint not null,
      last_file text,
      part jsonb,
      holder text,
      lease_ms int not null,
      held_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null
    )`)
  }
}
