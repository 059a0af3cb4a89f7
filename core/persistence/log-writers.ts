import type { LogWriter } from '../contracts/event-log.js'
import type { Database } from './database.js'

/** Most characters of a statement that are shown: enough to recognise it. */
const shownLength = 120

/**
 * Transactions that write to the log now: those that hold ROW EXCLUSIVE on it or on one of its partitions. Whoever merely reads, or
 * writes elsewhere, is not among them.
 */
export class LogWriters {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Who they are, as a set of names that no two transactions share. */
  async open(): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ transaction: string }>(
      `select distinct l.virtualtransaction as transaction ${this.#locks()}`,
      [this.#table],
    )
    return new Set(rows.map(({ transaction }) => transaction))
  }

  /**
   * The same with what the server tells about them, the oldest first. Texts in their statements are masked, because they are
   * people's data; a role without the rights to see other sessions sees neither age nor statement.
   */
  async describe(limit: number): Promise<readonly LogWriter[]> {
    const rows = await this.#database.query<LogWriterRow>(
      `select l.virtualtransaction as transaction, l.pid as "processId", coalesce(a.application_name, '') as application,
        coalesce(a.state, case when l.pid is null then 'prepared' else 'unknown' end) as state,
        round(extract(epoch from clock_timestamp() - min(a.xact_start)) * 1000)::float8 as "sinceMs", a.query as statement
      ${this.#locks('left join pg_catalog.pg_stat_activity a on a.pid = l.pid')}
      group by l.virtualtransaction, l.pid, a.application_name, a.state, a.query
      order by min(a.xact_start) nulls last limit ${limit}`,
      [this.#table],
    )
    return rows.map(({ statement, ...row }) => ({ ...row, statement: statement === null ? '' : shown(statement) }))
  }

  get #table(): string {
    return this.#database.table('event_log')
  }

  #locks(join = ''): string {
    return `from pg_catalog.pg_locks l ${join}
      where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
      and l.relation in (select $1::regclass union all select inhrelid from pg_catalog.pg_inherits where inhparent = $1::regclass)
      and l.database = (select oid from pg_catalog.pg_database where datname = current_database())`
  }
}

interface LogWriterRow extends Omit<LogWriter, 'statement'> {
  readonly statement: string | null
}

/** One line, texts replaced, cut. A text that is cut open by the server (track_activity_query_size) has no closing quote. */
function shown(statement: string): string {
  const masked = statement
    .replace(/\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/g, "'…'")
    .replace(/'(?:[^']|'')*(?:'|$)/g, "'…'")
    .replace(/\s+/g, ' ')
    .trim()
  return masked.length > shownLength ? `${masked.slice(0, shownLength - 1)}…` : masked
}
