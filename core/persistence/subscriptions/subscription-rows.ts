import type { Database } from '../database.js'
import { HEARD_OF_WITHIN_LEASE, isAlive } from '../live-workers.js'

/** SQL: how subscriptions stand, of those whose row `s` fits a condition. */
export function selectSubscriptions(database: Database, condition: string): string {
  const table = (name: string) => database.table(name)
  const own = (name: string) => `from ${table(name)} c where c.subscription = s.name`
  return `select s.name, s.is_transactional as "isTransactional", s.paused_at as "pausedAt", s.pause_reason as "pauseReason",
      s.created_at as "createdAt", s.seen_at as "seenAt",
      s.seen_at >= now() - s.expire_after_ms * interval '1 millisecond' as "holdsRetention",
      (select coalesce(json_agg(w.id order by w.id), '[]') from ${table('subscription_members')} c
        join ${table('workers')} w on w.id = c.worker_id and ${HEARD_OF_WITHIN_LEASE} where c.subscription = s.name) as workers,
      (select json_agg(json_build_object('shard', c.shard, 'epoch', c.epoch, 'workerId', c.worker_id, 'logId', c.log_id,
        'index', c.log_index, 'isOwnerAlive', ${isAlive(database, 'c.worker_id')}) order by c.shard) ${own('subscription_shards')}) as shards,
      case when r.lost_id > greatest(low.log_id, s.accepted_lost_id) then greatest(1, r.lost_id - low.log_id
        - (select count(*) from ${table('event_log')} e where e.id > low.log_id and e.id <= r.lost_id)) else 0 end::float8 as "lostAtMost",
      greatest(0, coalesce((select max(id) from ${table('event_log')}), 0) - low.log_id)::float8 as "lagEntries",
      coalesce((select greatest(0, extract(epoch from now() - e.logged_at) * 1000) from ${table('event_log')} e
        where e.id > low.log_id order by e.id limit 1), 0)::float8 as "lagMs",
      (select count(*) ${own('subscription_lanes')})::int as "heldTasks",
      (select count(*) ${own('dead_letters')})::int as "deadLetters",
      (select count(*) ${own('dead_letters')} and c.retry_requested_at is not null)::int as requested
    from ${table('subscriptions')} s
    cross join ${table('log_retention')} r
    cross join lateral (
      select min(c.log_id - case when c.log_index < 999999 then 1 else 0 end) as log_id ${own('subscription_shards')}
    ) low
    where ${condition} order by s.name`
}
