import { Migration } from '@mikro-orm/migrations'

/** The systems that steps call, and the ids of one object in two of them; each pair once, whoever said it in which order. */
export class AddDependentSystems extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create table ${schema}.dependent_systems (
      name text primary key,
      description text,
      created_at timestamptz(3) not null
    );
    create table ${schema}.object_maps (
      number bigserial primary key,
      system_one text not null,
      id_one text not null,
      system_two text not null,
      id_two text not null,
      created_at timestamptz(3) not null
    );
    create unique index object_maps_pair on ${schema}.object_maps (system_one, id_one, system_two, id_two);
    create index object_maps_two on ${schema}.object_maps (system_two, id_two, system_one)`)
  }
}
