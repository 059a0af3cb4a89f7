import { withClient } from './sql.js'

/** How many row versions were written into tables since they were created, and what they take with their indexes. */
export interface WrittenRows {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly bytes: number
}

const countSql = `
  select coalesce(sum(n_tup_ins), 0)::float as inserted, coalesce(sum(n_tup_upd), 0)::float as updated,
    coalesce(sum(n_tup_del), 0)::float as deleted, coalesce(sum(pg_total_relation_size(relid)), 0)::float as bytes
  from pg_stat_user_tables where schemaname = any($1)`

/** Counts only what connections did that have been closed: a server adds it up at their end. */
export async function countWrittenRows(url: string, schemas: readonly string[]): Promise<WrittenRows> {
  return withClient(url, async (client) => (await client.query<WrittenRows>(countSql, [schemas])).rows[0]!)
}

/** How many bytes the server has logged since it was made; everybody on it counts. */
export async function walBytes(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const sql = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float as bytes"
    return (await client.query<{ bytes: number }>(sql)).rows[0]!.bytes
  })
}
