import type { Database } from '../database.js'
import { HEARD_OF_WITHIN_LEASE } from '../live-workers.js'
import { storedFunctionBody, storedFunctionName } from '../stored-function.js'

/** How far ahead of their time permits are given, in milliseconds: as much is lost with a worker that is killed. */
const HORIZON_MS = 250
/** Turns are given for so long ahead: what waits without an owner is looked at again within a minute. */
const LONGEST_TURN_MS = 55_000
/** How far the clocks of workers may differ before times that another one wrote are taken for those of a clock that was wrong. */
const CLOCK_TOLERANCE_MS = 5_000
/** Turns are given at the pace that there will be by then, and twice that: who is early waits, who is late leaves the system idle. */
const PACE_LOOKED_AHEAD_MS = 3_000
/** A worker that waits says so again within this time, else others no longer leave it a share. */
const WAITING_FOR = `interval '5 seconds'`

/**
 * Calls a second after the first block of a system without a rate, and how they grow until it blocks again: with the square of the
 * time, so that the pace is careful at first and finds what is far off all the same.
 */
export const FIRST_PACE_PER_S = 10
export const FIRST_GROWTH = 1
/** From then on the pace at which it blocked is known: a bit less, growing slowly. */
export const LOWERED_TO = 0.85
export const LATER_GROWTH = 0.01
/** A system that has not blocked for so long, or at this pace, is no longer paced. */
export const PACED_FOR_MS = 60_000
export const UNPACED_FROM_PER_S = 2_000

/** The pace of a row `s` at a time. Null: it has none. */
export function paceAt(time: string): string {
  return `(case when s.pace_per_s is null or ${time} > s.blocked_until + ${PACED_FOR_MS} then null
    else nullif(least(s.pace_per_s * (1 + s.pace_growth * power(greatest(${time} - s.blocked_until, 0) / 1000, 2)), ${UNPACED_FROM_PER_S}),
      ${UNPACED_FROM_PER_S}) end)`
}

/**
 * The function of the database by which a worker tells what it holds of a system and draws permits. It locks the one row of the
 * system, so that workers take turns, and takes 0.2 ms.
 *
 * The rate is a stored time at which the next call may begin: whoever draws permits moves it on, by one interval for each. So no
 * permit has to be counted or given back, and what a killed worker had drawn passes by itself.
 *
 * Concurrency is what workers say that they hold: each tells the whole of it every time, and one that no longer lives does not count.
 * Where several wait, each may have its share, and what is left goes to whoever was served longest ago, as do shares where others hold
 * so much that there are not enough of them.
 */
export class PermitFunction {
  readonly name: string
  readonly createSql: string

  constructor(database: Database) {
    const text = body(database)
    this.name = storedFunctionName(database, 'permit', text)
    this.createSql = `create or replace function ${this.name}(p_system text, p_worker text, p_now float8, p_held int, p_wanted int,
        p_interval float8, p_burst int, p_concurrency int, p_turns int, p_turn_interval float8, p_first_turn float8,
        out granted int, out "firstAt" float8, out "intervalMs" float8, out "retryAt" float8, out "blockedUntil" float8,
        out "isPaced" boolean, out turns int, out "firstTurnAt" float8, out "turnIntervalMs" float8, out "waitingWorkers" text[],
        out "roomLeft" int) ${storedFunctionBody(text)}`
  }
}

const body = (database: Database): string => {
  const pace = database.table('dependent_system_pace')
  const use = database.table('dependent_system_use')
  const live = `select w.id from ${database.table('workers')} w where ${HEARD_OF_WITHIN_LEASE}`
  return `
#variable_conflict use_column
declare
  s record;
  own_served_at float8 := 0;
  spacing float8;
  is_blocked boolean;
  tat float8;
  share int;
  others_held int;
  others_waiting int;
  before_me int;
  kept_for_others int;
  kept_before_me int;
  free int;
  slots int;
begin
  select * into s from ${pace} where system = p_system for update;
  if not found then
    insert into ${pace} (system) values (p_system) on conflict do nothing;
    select * into s from ${pace} where system = p_system for update;
  end if;

  delete from ${use} where system = p_system and worker_id <> p_worker and worker_id not in (${live});
  own_served_at := coalesce((select served_at from ${use} where system = p_system and worker_id = p_worker), 0);
  select coalesce(sum(held), 0), count(*) filter (where is_waiting), coalesce(array_agg(worker_id) filter (where is_waiting), '{}')
    into others_held, others_waiting, "waitingWorkers"
    from (select u.*, wanted > 0 and told_at > now() - ${WAITING_FOR} as is_waiting from ${use} u
      where system = p_system and worker_id <> p_worker) u;

  granted := p_wanted;
  if p_concurrency is not null then
    free := p_concurrency - others_held - p_held;
    if others_waiting > 0 then
      share := p_concurrency / (others_waiting + 1);
      select coalesce(sum(kept), 0), coalesce(sum(kept) filter (where (served_at, worker_id) < (own_served_at, p_worker)), 0),
          count(*) filter (where served_at < own_served_at)
        into kept_for_others, kept_before_me, before_me
        from (select u.*, greatest(least(held + wanted, share) - held, 0) as kept from ${use} u
          where system = p_system and worker_id = any("waitingWorkers")) u;
      slots := greatest(share - p_held, 0);
      free := greatest(free - kept_for_others, least(free - kept_before_me, slots));
      if free > slots then free := slots + greatest(free - slots - before_me, 0); end if;
    end if;
    granted := least(granted, greatest(free, 0));
  end if;

  -- What a clock wrote that was ahead by far does not hold.
  is_blocked := coalesce(s.blocked_until > p_now and s.blocked_at <= p_now + ${CLOCK_TOLERANCE_MS}, false);
  spacing := coalesce(p_interval, 1000 / ${paceAt('p_now')});
  "isPaced" := spacing is not null;
  "intervalMs" := coalesce(spacing, 0);
  "firstAt" := p_now;
  if is_blocked then "blockedUntil" := s.blocked_until; end if;
  if spacing is null then
    if is_blocked then
      granted := 0;
      "retryAt" := s.blocked_until;
    end if;
  else
    tat := s.next_at;
    if tat > greatest(p_now, coalesce("blockedUntil", 0)) + ${HORIZON_MS} + spacing + ${CLOCK_TOLERANCE_MS} then tat := p_now; end if;
    tat := greatest(tat, p_now - (p_burst - 1) * spacing);
    if is_blocked then tat := greatest(tat, s.blocked_until); end if;
    slots := least(floor((p_now + ${HORIZON_MS} - tat) / spacing) + 1, 1000000);
    if others_waiting > 0 and slots > 0 then slots := greatest(slots / (others_waiting + 1), 1); end if;
    granted := greatest(least(granted, slots), 0);
    "firstAt" := tat;
    tat := tat + granted * spacing;
    -- A system with a concurrency besides may have no room: then it is a permit that comes back that is waited for.
    if granted < p_wanted and (p_concurrency is null or granted >= slots or tat > p_now + ${HORIZON_MS}) then
      "retryAt" := greatest(tat - ${HORIZON_MS / 2}, p_now + 1);
    end if;
  end if;

  turns := 0;
  "turnIntervalMs" := p_turn_interval;
  -- While the pace grows, as it will be in a while.
  if p_interval is null and spacing is not null then
    "turnIntervalMs" := least(p_turn_interval, 500 / coalesce(${paceAt(`greatest(p_now, s.blocked_until) + ${PACE_LOOKED_AHEAD_MS}`)}, ${UNPACED_FROM_PER_S}));
  end if;
  "firstTurnAt" := 0;
  if p_turns > 0 then
    -- Where a call could begin at once, those who have turns have been served or are gone.
    if not is_blocked and (spacing is null or s.next_at <= p_now) or s.turn_at > p_now + 2 * ${LONGEST_TURN_MS} then s.turn_at := p_now; end if;
    "firstTurnAt" := greatest(s.turn_at, coalesce("blockedUntil", p_now) + p_first_turn);
    turns := greatest(least(p_turns, floor((p_now + ${LONGEST_TURN_MS} - "firstTurnAt") / "turnIntervalMs") + 1), 0);
    s.turn_at := greatest(s.turn_at, "firstTurnAt" + turns * "turnIntervalMs");
  end if;

  "roomLeft" := greatest(coalesce(p_concurrency - others_held - p_held - granted, 0), 0);
  -- What has to wait for its time anyway waits for nobody else.
  if "retryAt" is not null then "roomLeft" := 0; end if;

  update ${pace} set next_at = coalesce(tat, next_at), turn_at = s.turn_at where system = p_system;
  if p_held + p_wanted = 0 then
    delete from ${use} where system = p_system and worker_id = p_worker;
  else
    insert into ${use} as u (system, worker_id, held, wanted, served_at, told_at)
      values (p_system, p_worker, p_held + granted, p_wanted - granted, case when granted > 0 then p_now else own_served_at end, now())
      on conflict (system, worker_id) do update set held = excluded.held, wanted = excluded.wanted,
        served_at = excluded.served_at, told_at = excluded.told_at;
  end if;
end
`
}
