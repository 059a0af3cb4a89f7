import type { ChangeRecord } from '../contracts/changes.js'
import type {
  ChangeOfExport,
  CursorClaim,
  ExportCursorStore,
  ExportPart,
  HeldCursor,
} from '../contracts/export-cursors.js'
import type { IncrementalExport } from '../contracts/exporter.js'
import { recordChanges } from './changes.js'
import type { Database } from './database.js'

/** A count is a `bigint` in the database and comes as text. */
interface CursorRow extends Omit<HeldCursor, 'records'> {
  readonly records: string
}
type ListedRow = Omit<IncrementalExport, 'records'> & { readonly records: string }

/** {@link ExportCursorStore} on PostgreSQL. Each method is one statement, and where a person asks for it a second one that notes it. */
export class ExportCursorTable implements ExportCursorStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** What retention took before the export was begun is no loss to it. */
  async holdExport(claim: CursorClaim): Promise<HeldCursor | undefined> {
    const { name, source, filters, holder, leaseMs, now } = claim
    const sql = `insert into ${this.#table} as c
        (name, source, filters, lost_before, files, records, holder, lease_ms, held_at, created_at, updated_at)
      select $1, $2, $3::jsonb, r.lost_id, 0, 0, $4, $5, clock_timestamp(), $6, $6
        from ${this.#database.table('log_retention')} r
      on conflict (name) do update set holder = $4, lease_ms = $5, held_at = clock_timestamp()
        where c.holder is null or c.holder = $4
          or c.held_at < clock_timestamp() - c.lease_ms * interval '1 millisecond'
      returning source, filters, position, lost_before::text as "lostBefore", files, records, part, created_at as "createdAt"`
    const values = [name, source, JSON.stringify(filters), holder, leaseMs, now]
    const [row] = await this.#database.query<CursorRow>(sql, values)
    return row && { ...row, records: Number(row.records) }
  }

  keepExport(name: string, holder: string): Promise<boolean> {
    return this.#asHolder('held_at = clock_timestamp()', [name, holder])
  }

  announcePart(name: string, holder: string, part: ExportPart): Promise<boolean> {
    return this.#asHolder('part = $3::jsonb, held_at = clock_timestamp()', [name, holder, JSON.stringify(part)])
  }

  settlePart(name: string, holder: string, now: string): Promise<boolean> {
    const set = `position = part ->> 'position', files = files + 1, records = records + (part ->> 'records')::bigint,
      last_file = part ->> 'path', part = null, held_at = clock_timestamp(), updated_at = $3`
    return this.#asHolder(set, [name, holder, now], 'and part is not null')
  }

  advanceExport(name: string, holder: string, position: string): Promise<boolean> {
    return this.#asHolder('position = $3, held_at = clock_timestamp()', [name, holder, position])
  }

  async releaseExport(name: string, holder: string): Promise<void> {
    await this.#asHolder('holder = null', [name, holder])
  }

  async listExports(): Promise<readonly IncrementalExport[]> {
    const sql = `select name, source, filters, position, files, records, last_file as "lastFile",
        (holder is not null and held_at >= clock_timestamp() - lease_ms * interval '1 millisecond') as "isRunning",
        created_at as "createdAt", updated_at as "updatedAt"
      from ${this.#table} order by name`
    const rows = await this.#database.query<ListedRow>(sql)
    return rows.map((row) => ({ ...row, records: Number(row.records) }))
  }

  acceptExportLoss(name: string, changeOf: ChangeOfExport): Promise<boolean> {
    const sql = `update ${this.#table} c set lost_before = r.lost_id
      from ${this.#database.table('log_retention')} r where c.name = $1
      returning jsonb_build_object('position', position, 'lostBefore', lost_before::text) as data`
    return this.#recording(sql, name, changeOf)
  }

  forgetExport(name: string, changeOf: ChangeOfExport): Promise<boolean> {
    const sql = `delete from ${this.#table} where name = $1 returning jsonb_build_object(
      'source', source, 'filters', filters, 'position', position, 'files', files, 'records', records) as data`
    return this.#recording(sql, name, changeOf)
  }

  #recording(sql: string, name: string, changeOf: ChangeOfExport): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const [row] = await transaction.query<Pick<ChangeRecord, 'data'>>(sql, [name])
      if (row === undefined) return false
      await recordChanges(this.#database, transaction, [changeOf(row.data)])
      return true
    })
  }

  #asHolder(set: string, values: readonly unknown[], also = ''): Promise<boolean> {
    const sql = `update ${this.#table} set ${set} where name = $1 and holder = $2 ${also} returning 1`
    return this.#changes(sql, values)
  }

  async #changes(sql: string, values: readonly unknown[]): Promise<boolean> {
    return (await this.#database.query(sql, values)).length > 0
  }

  get #table(): string {
    return this.#database.table('export_cursors')
  }
}
