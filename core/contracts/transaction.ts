/**
 * The narrow view of a database transaction that takes part in a commit: run this SQL with these values.
 * Values are bound as `$1`, `$2`, …; the transaction is committed or rolled back by whoever opened it.
 */
export interface Transaction {
  query<Row = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>
}
