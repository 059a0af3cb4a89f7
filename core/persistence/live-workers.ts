import type { Database } from './database.js'

/** A condition on a row `w` of workers. */
export const HEARD_OF_WITHIN_LEASE = `w.heartbeat_at >= now() - w.lease_ms * interval '1 millisecond'`

/**
 * A condition: the owner has been heard of within its own lease, by the clock of the database, which is the same for all: a
 * worker with a longer lease than ours is not robbed. An owner without a row in `workers` counts as gone.
 */
export function isAlive(database: Database, owner: string): string {
  return `exists (select 1 from ${database.table('workers')} w where w.id = ${owner} and ${HEARD_OF_WITHIN_LEASE})`
}
