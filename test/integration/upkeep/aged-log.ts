import type { DatabaseInfo } from '../../../core/index.js'
import { runSql } from '../../support/run-sql.js'

/** Makes everything that the log has by now old for the clock of the database: it lies in a partition of the year 2020. */
export async function ageLog(database: DatabaseInfo): Promise<void> {
  await runSql(
    database,
    `create table SCHEMA.event_log_old partition of SCHEMA.event_log (primary key (id), unique (task_id, entry))
      for values from ('2020-01-01') to ('2020-01-02');
    update SCHEMA.event_log set logged_at = '2020-01-01 12:00+00'`,
  )
}

/** How many rows a table has, of one task or of all. */
export async function countRows(database: DatabaseInfo, table: string, condition = 'true'): Promise<number> {
  const [row] = await runSql(database, `select count(*)::int as count from SCHEMA.${table} where ${condition}`)
  return row!.count as number
}
