import type { PermitReply, PermitRequest, SystemBlock, SystemRow } from '../../contracts/limits.js'
import type { Database } from '../database.js'
import { HEARD_OF_WITHIN_LEASE } from '../live-workers.js'
import {
  FIRST_GROWTH,
  FIRST_PACE_PER_S,
  LATER_GROWTH,
  LOWERED_TO,
  PACED_FOR_MS,
  PermitFunction,
  paceAt,
} from './permit-function.js'

/** The slowest pace that blocks lower a system to, in calls a second. */
const SLOWEST_PER_S = 0.2

/** What workers share of the systems that their steps call. */
export class SystemLimitStore {
  readonly #database: Database
  readonly #drawSql: string
  readonly #blockSql: string

  constructor(database: Database) {
    this.#database = database
    const call = `select * from ${new PermitFunction(database).name}(${Array.from({ length: 11 }, (_, index) => `$${index + 1}`)})`
    this.#drawSql = database.prepare(call)
    this.#blockSql = blockSql(database)
  }

  async drawPermits(request: PermitRequest): Promise<PermitReply> {
    const { system, workerId, now, held, wanted, intervalMs, burst, concurrency } = request
    const { turns, turnIntervalMs, firstTurnMs } = request
    const limits = [intervalMs ?? null, burst ?? 1, concurrency ?? null]
    const values = [system, workerId, now, held, wanted, ...limits, turns, turnIntervalMs, firstTurnMs]
    const [reply] = await this.#database.query<PermitReply>(this.#drawSql, values)
    return reply!
  }

  async blockSystem({ system, workerId, now, delayMs, begunAt }: SystemBlock) {
    const values = [system, workerId, now, now + delayMs, begunAt]
    const [row] = await this.#database.query<{ until: number; workers: readonly string[] }>(this.#blockSql, values)
    return row!
  }

  async unblockSystem(system: string) {
    const sql = `with opened as (
        update ${this.#pace} set blocked_until = null, blocked_at = null, pace_per_s = null, next_at = 0
        where system = $1 and blocked_until is not null returning system)
      select exists (select 1 from opened) as "wasBlocked",
        array(select w.id from ${this.#workers} w where ${HEARD_OF_WITHIN_LEASE}) as workers`
    const [row] = await this.#database.query<{ wasBlocked: boolean; workers: readonly string[] }>(sql, [system])
    return row!
  }

  async heldSystems(now: number): Promise<readonly string[]> {
    const sql = `select system from ${this.#pace} where blocked_until > $1::float8 - ${PACED_FOR_MS}`
    const rows = await this.#database.query<{ system: string }>(sql, [now])
    return rows.map(({ system }) => system)
  }

  async listSystems(now: number): Promise<readonly SystemRow[]> {
    const sql = `select s.system, case when s.blocked_until > $1::float8 then s.blocked_until end as "blockedUntil",
        ${paceAt('$1::float8')} as "pacePerS",
        coalesce(sum(u.held), 0)::int as "inUse", coalesce(sum(u.wanted), 0)::int as waiting, count(u.worker_id)::int as workers
      from ${this.#pace} s
      left join (select u.* from ${this.#use} u join ${this.#workers} w on w.id = u.worker_id and ${HEARD_OF_WITHIN_LEASE}) u
        on u.system = s.system
      group by s.system order by s.system`
    return this.#database.query<SystemRow>(sql, [now])
  }

  async leaveSystems(workerId: string) {
    const sql = `with left_by as (delete from ${this.#use} where worker_id = $1 returning system)
      select u.system, u.worker_id as "workerId" from ${this.#use} u join left_by l on l.system = u.system
      where u.worker_id <> $1 and u.wanted > 0`
    return this.#database.query<{ system: string; workerId: string }>(sql, [workerId])
  }

  async liveWorkers(except: string): Promise<readonly string[]> {
    const sql = `select w.id from ${this.#workers} w where w.id <> $1 and ${HEARD_OF_WITHIN_LEASE}`
    const rows = await this.#database.query<{ id: string }>(sql, [except])
    return rows.map(({ id }) => id)
  }

  get #pace(): string {
    return this.#database.table('dependent_system_pace')
  }

  get #use(): string {
    return this.#database.table('dependent_system_use')
  }

  get #workers(): string {
    return this.#database.table('workers')
  }
}

/**
 * Values: system, worker, now, until, when the call had begun. What had been sent before the last block was known says nothing new of
 * the pace; only what was sent after it, at the pace that was tried, lowers that.
 */
function blockSql(database: Database): string {
  const isNews = `$5::float8 >= coalesce(s.blocked_at, 0) and coalesce(s.blocked_until, 0) <= $3::float8`
  const paceNow = paceAt('$3::float8')
  return `with blocked as (
      insert into ${database.table('dependent_system_pace')} as s
          (system, next_at, blocked_at, blocked_until, pace_per_s, pace_growth)
        values ($1, $4::float8, $3::float8, $4::float8, ${FIRST_PACE_PER_S}, ${FIRST_GROWTH})
      on conflict (system) do update set
        pace_per_s = case when not (${isNews}) then s.pace_per_s
          else coalesce(greatest(${paceNow} * ${LOWERED_TO}, ${SLOWEST_PER_S}), ${FIRST_PACE_PER_S}) end,
        pace_growth = case when not (${isNews}) then s.pace_growth
          when ${paceNow} is null then ${FIRST_GROWTH} else ${LATER_GROWTH} end,
        blocked_at = case when ${isNews} then $3::float8 else s.blocked_at end,
        blocked_until = greatest(case when s.blocked_at <= $3::float8 + 5000 then s.blocked_until end, $4::float8),
        next_at = case when ${isNews} then $4::float8 else greatest(s.next_at, $4::float8) end
      returning s.blocked_until)
    select b.blocked_until as until,
      array(select w.id from ${database.table('workers')} w where w.id <> $2 and ${HEARD_OF_WITHIN_LEASE}) as workers
    from blocked b`
}
