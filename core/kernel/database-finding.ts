import type { HealthFinding } from '../contracts/health.js'
import type { DatabaseWait } from '../orchestration/database-watch.js'
import type { Database } from '../persistence/database.js'

/**
 * What the health report says of the database: whether it answers now, what waits for it, since when and because of what, and how
 * its connections are used.
 */
export async function databaseFinding(waits: readonly DatabaseWait[], database: Database): Promise<HealthFinding> {
  const { totalCount: open, idleCount: idle, waitingCount: wanted } = database.pool
  const details = { connections: { open, idle, wanted }, waits }
  const [first] = waits
  if (first !== undefined) {
    const others = waits.length > 1 ? ` and ${waits.length - 1} more` : ''
    const message = `${first.what}${others} wait for the database since ${first.since}. ${first.lastError}`
    return { isHealthy: false, message, details }
  }
  await database.query('select 1')
  return { isHealthy: true, details }
}
