import type { ChangeRecord } from '../contracts/changes.js'
import type { Page, PageOf } from '../contracts/page.js'
import type { DueQuery, ScheduleGlance, ScheduleStore, StoredSchedule } from '../contracts/schedule-store.js'
import type { Transaction } from '../contracts/transaction.js'
import { recordChanges } from './changes.js'
import type { Database } from './database.js'
import { HEARD_OF_WITHIN_LEASE, isAlive } from './live-workers.js'
import { limitOf, parseCursor, toPage } from './page-cursor.js'

const columns = `s.id, s.name, s.revision, s.definition, s.progress, s.next_at as "nextAt", s.paused_at as "pausedAt",
  s.created_at as "createdAt", s.updated_at as "updatedAt"`

/** Schedules on PostgreSQL. */
export class ScheduleTable implements ScheduleStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  addSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    const sql = `insert into ${this.#table}
        (name, id, revision, definition, progress, next_at, is_waiting, paused_at, created_at, updated_at)
      values ($1, $2, 1, $3::jsonb, $4::jsonb, $5, $6, $7, $8, $8) on conflict (name) do nothing returning 1`
    const values = [...stateOf(schedule), schedule.createdAt]
    return this.#recording(change, (transaction) => transaction.query(sql, [schedule.name, schedule.id, ...values]))
  }

  async getSchedule(name: string): Promise<StoredSchedule | undefined> {
    const sql = `select ${columns} from ${this.#table} s where name = $1`
    return (await this.#database.query<StoredSchedule>(sql, [name]))[0]
  }

  async listSchedules(page?: Page): Promise<PageOf<StoredSchedule>> {
    const limit = limitOf(page)
    const [after] = parseCursor(page, ['text'] as const) ?? [null]
    const sql = `select ${columns} from ${this.#table} s where $1::text is null or name > $1 order by name limit ${limit + 1}`
    const rows = await this.#database.query<StoredSchedule>(sql, [after])
    return toPage(
      rows,
      limit,
      (row) => row,
      ({ name }) => [name],
    )
  }

  async undeclaredSchedules(declared: readonly string[]): Promise<readonly string[]> {
    const sql = `select name from ${this.#table}
      where definition->>'origin' = 'configuration' and name <> all($1::text[]) order by name`
    return (await this.#database.query<{ name: string }>(sql, [declared])).map(({ name }) => name)
  }

  changeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    const sql = `update ${this.#table} set definition = $4::jsonb, ${this.#progress(5)}, paused_at = $8, updated_at = $9
      where ${ofRevision} returning 1`
    const values = [...keyOf(schedule), ...stateOf(schedule), schedule.updatedAt]
    return this.#recording(change, (transaction) => transaction.query(sql, values))
  }

  removeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean> {
    const sql = `delete from ${this.#table} where ${ofRevision} returning 1`
    return this.#recording(change, (transaction) => transaction.query(sql, keyOf(schedule)))
  }

  dueSchedules({ now, limit, after }: DueQuery): Promise<readonly StoredSchedule[]> {
    const sql = `select ${columns} from ${this.#table} s
      where s.paused_at is null and (s.next_at <= $1::timestamptz or s.is_waiting) and ($3::text is null or s.name > $3)
      order by s.name limit $2::int`
    return this.#database.query<StoredSchedule>(sql, [now, limit, after ?? null])
  }

  takeSchedules(found: readonly StoredSchedule[], workerId: string): Promise<readonly StoredSchedule[]> {
    const sql = `with free as (
        select f.name from ${this.#table} f
        join unnest($2::text[], $3::uuid[], $4::int[]) as x(name, id, revision) using (name, id, revision)
        where f.holder is null or f.holder = $1 or not ${isAlive(this.#database, 'f.holder')}
        order by f.name for update of f skip locked
      )
      update ${this.#table} s set holder = $1 from free where s.name = free.name returning ${columns}`
    const keys = [found.map(({ name }) => name), found.map(({ id }) => id), found.map(({ revision }) => revision)]
    return this.#database.query<StoredSchedule>(sql, [workerId, ...keys])
  }

  async settleSchedule(schedule: StoredSchedule, workerId: string): Promise<boolean> {
    const sql = `update ${this.#table} set ${this.#progress(4)} where ${ofRevision} and holder = $7 returning 1`
    const [, progress, nextAt, isWaiting] = stateOf(schedule)
    const values = [...keyOf(schedule), progress, nextAt, isWaiting, workerId]
    return (await this.#database.query(sql, values)).length > 0
  }

  async glanceAtSchedules(now: string): Promise<ScheduleGlance> {
    const sql = `select coalesce(bool_or(next_at <= $1::timestamptz or is_waiting), false) as "isAnyDue",
        min(next_at) filter (where next_at > $1::timestamptz) as "nextAt"
      from ${this.#table} where paused_at is null`
    const [glance] = await this.#database.query<ScheduleGlance>(sql, [now])
    return glance!
  }

  async liveKinds(): Promise<readonly string[]> {
    const sql = `select distinct unnest(w.kinds) as kind from ${this.#database.table('workers')} w where ${HEARD_OF_WITHIN_LEASE}`
    return (await this.#database.query<{ kind: string }>(sql)).map(({ kind }) => kind)
  }

  /** From parameter `first` on: progress, next time, whether one waits. Nobody holds it any more, and older copies are void. */
  #progress(first: number): string {
    return `progress = $${first}::jsonb, next_at = $${first + 1}, is_waiting = $${first + 2}, holder = null, revision = revision + 1`
  }

  /** Writes a row and its change together, or neither where the row is not as it was. */
  #recording(change: ChangeRecord, write: (transaction: Transaction) => Promise<readonly unknown[]>): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const isWritten = (await write(transaction)).length > 0
      if (isWritten) await recordChanges(this.#database, transaction, [change])
      return isWritten
    })
  }

  get #table(): string {
    return this.#database.table('schedules')
  }
}

const ofRevision = 'name = $1 and id = $2 and revision = $3'

function keyOf({ name, id, revision }: StoredSchedule): unknown[] {
  return [name, id, revision]
}

function stateOf({ definition, progress, nextAt, pausedAt }: StoredSchedule): unknown[] {
  return [JSON.stringify(definition), JSON.stringify(progress), nextAt, progress.waitingAt !== null, pausedAt]
}
