import assert from 'node:assert/strict'
import type { ShardRow } from '../../../../core/contracts/subscription-store.js'
import { shardMoves } from '../../../../core/orchestration/subscriptions/shard-share.js'

const shard = (number: number, workerId: string | null, isOwnerAlive = workerId !== null): ShardRow => ({
  shard: number,
  epoch: 1,
  workerId,
  isOwnerAlive,
  logId: 0,
  index: 0,
})
const owners = (...ids: (string | null)[]) => ids.map((id, index) => shard(index, id))
const running = { pausedAt: null, lostAtMost: 0 }

describe('the shards of a subscription', () => {
  it('are all taken by the only worker', () => {
    const row = { ...running, shards: owners(null, null, null, null), workers: ['a'] }
    assert.deepEqual(shardMoves(row, 'a', []), { take: 4, give: [] })
  })

  it('are divided by those that are there, the one that asks included', () => {
    const row = { ...running, shards: owners('a', 'a', 'a', 'a'), workers: ['a'] }
    assert.deepEqual(shardMoves(row, 'b', []), { take: 0, give: [] })
    const both = { ...row, workers: ['a', 'b'] }
    assert.deepEqual(shardMoves(both, 'a', [0, 1, 2, 3]), { take: 0, give: [2, 3] })
  })

  it('are taken from nobody who lives', () => {
    const shards = [shard(0, 'a'), shard(1, 'a', false), shard(2, null), shard(3, 'a')]
    assert.deepEqual(shardMoves({ ...running, shards, workers: ['a', 'b'] }, 'b', []), { take: 2, give: [] })
  })

  it('are taken again by a worker that does not know any more that it has them', () => {
    const row = { ...running, shards: owners('a', 'a'), workers: ['a'] }
    assert.deepEqual(shardMoves(row, 'a', [0]), { take: 1, give: [] })
  })

  it('come out even where the number does not divide: nobody is given more than the rounded share', () => {
    const row = { ...running, shards: owners(...Array.from({ length: 16 }, () => null)), workers: ['a', 'b', 'c'] }
    assert.equal(shardMoves(row, 'a', []).take, 6)
  })

  it('are left alone while the subscription is paused or behind', () => {
    const row = { shards: owners(null, null), workers: ['a'], pausedAt: null, lostAtMost: 3 }
    assert.deepEqual(shardMoves(row, 'a', []), { take: 0, give: [] })
    assert.deepEqual(shardMoves({ ...row, lostAtMost: 0, pausedAt: 'now' }, 'a', []), { take: 0, give: [] })
  })
})
