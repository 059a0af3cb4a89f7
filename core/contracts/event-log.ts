/** A transaction that writes to the log and has not ended, as the server sees it. */
export interface LogWriter {
  /** The virtual transaction, or the prepared one: no two that are open share it. */
  readonly transaction: string
  /** Process id of the session at the server; null for a prepared transaction, which has no session. */
  readonly processId: number | null
  /** What the client calls itself, `application_name`. */
  readonly application: string
  /** As in `pg_stat_activity`: `active`, `idle in transaction` …; `prepared` for a prepared one. */
  readonly state: string
  /** How long the transaction has been open, in milliseconds; null where the server does not tell. */
  readonly sinceMs: number | null
  /** Beginning of its last statement, texts in it masked; empty where the server does not tell. */
  readonly statement: string
}

/** How far readers of the log can come, and who keeps them from coming further. */
export interface LogLag {
  /** The position of the last event that is stored; undefined while there is none. */
  readonly end: string | undefined
  /** How many transactions write to the log now, Tasker's own among them: each is open for milliseconds. */
  readonly writers: number
  /**
   * The one that has been open longest: what was written after it began can be delivered only when it has ended. Null if nobody
   * writes.
   */
  readonly oldestWriter: LogWriter | null
}
