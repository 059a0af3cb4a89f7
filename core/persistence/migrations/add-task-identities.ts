import { Migration } from '@mikro-orm/migrations'

/**
 * What requests are known by, so that a second one finds the task of the first. A table of its own, because an identity may end before
 * its task does, and because tasks without one are to pay for no further index.
 */
export class AddTaskIdentities extends Migration {
  override up(): void {
    const schema = `"${this.config.get('schema')}"`
    this.addSql(`create table ${schema}.task_identities (
      hash text primary key,
      task_id uuid not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3)
    )`)
  }
}
