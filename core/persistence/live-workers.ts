import type { Database } from './database.js'

/**
 * A condition: the owner has been heard of within the lease, by the clock of the database, which is the same for all.
 * An owner without a row in `workers` counts as gone.
 */
export function isAlive(database: Database, owner: string, leaseMsParameter: number): string {
  return `exists (select 1 from ${database.table('workers')} w where w.id = ${owner}
    and w.heartbeat_at >= now() - $${leaseMsParameter}::float8 * interval '1 millisecond')`
}
