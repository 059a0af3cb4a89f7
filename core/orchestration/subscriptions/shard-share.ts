import type { SubscriptionRow } from '../../contracts/subscription-store.js'

/** What a worker does about the shards of a subscription, so that all that have it hold about as many. */
export interface ShardMoves {
  /** So many it tries to take. */
  readonly take: number
  /** These it gives up. */
  readonly give: readonly number[]
}

/**
 * What a worker takes or gives: shards are divided by the number of live workers. Who has too many gives; who has too few takes what nobody
 * holds.
 *
 * @param held shards that it holds, those that it is giving up already not among them
 */
export function shardMoves(
  { shards, workers, pausedAt, lostAtMost }: Pick<SubscriptionRow, 'shards' | 'workers' | 'pausedAt' | 'lostAtMost'>,
  workerId: string,
  held: readonly number[],
): ShardMoves {
  if (pausedAt !== null || lostAtMost > 0) return { take: 0, give: [] }
  const among = workers.includes(workerId) ? workers.length : workers.length + 1
  const share = Math.ceil(shards.length / among)
  if (held.length > share) return { take: 0, give: held.slice(share) }
  const isFree = ({ shard, workerId: owner, isOwnerAlive }: SubscriptionRow['shards'][number]) =>
    owner === null || !isOwnerAlive || (owner === workerId && !held.includes(shard))
  const free = shards.filter(isFree).length
  return { take: Math.min(share - held.length, free), give: [] }
}
