import assert from 'node:assert/strict'
import type { ChangeRecord } from '../../../core/contracts/changes.js'
import type { DeliveryProgress } from '../../../core/contracts/subscription-store.js'
import type { Database } from '../../../core/persistence/database.js'
import { SubscriptionTables } from '../../../core/persistence/subscriptions/subscription-store.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

const change: ChangeRecord = {
  ...{ id: '019a0000-0000-7000-8000-000000000001', subjectKind: 'subscription', subjectKey: 'audit', taskId: null },
  ...{
    entry: null,
    place: null,
    kind: 'subscription.create',
    data: {},
    reason: '',
    actor: { id: 't', kind: 'system' },
  },
  changedAt: '2026-01-01T00:00:00.000Z',
}
const nothing: Omit<DeliveryProgress, 'shards'> = { held: [], freed: [], deadLetters: [], revived: [], failedAgain: [] }

describe('the cursors of a subscription', () => {
  let database: Database
  let store: SubscriptionTables

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new SubscriptionTables(database)
    const declared = { name: 'audit', shardCount: 2, isTransactional: false, from: 'now', expireAfterMs: 1000 } as const
    await store.declare(declared, 'one', change)
  })
  afterEach(() => closeTestDatabase(database))

  const places = async () => (await store.list('audit'))[0]!.shards.map(({ logId, index }) => [logId, index])

  it('never go back by what a worker writes down, because two of its writes may overtake each other', async () => {
    const { shard, epoch } = (await store.claimShards('audit', 'one', 1, []))[0]!
    const save = (logId: number, index: number) =>
      store.saveProgress('audit', { ...nothing, shards: [{ shard, epoch, logId, index }] })
    assert.deepEqual(await save(7, 3), [shard])
    assert.deepEqual(await save(5, 999_999), [shard])
    assert.deepEqual(await save(7, 1), [shard])
    assert.deepEqual((await places())[shard], [7, 3])
    assert.deepEqual(await save(7, 4), [shard])
    assert.deepEqual((await places())[shard], [7, 4])
  })

  it('are not moved by a worker that has lost the shard, nor is anything else written of it', async () => {
    const { shard, epoch } = (await store.claimShards('audit', 'one', 1, []))[0]!
    // Nobody is registered as a worker: everybody counts as gone.
    await store.claimShards('audit', 'two', 1, [])
    const error = { name: 'Error', message: 'no', category: 'runtime', retryable: true } as const
    const dueAt = '2026-01-01T00:00:00.000Z'
    const held = [{ lane: 'entry:8', shard, logId: 8, index: 0, attempts: 1, dueAt, error }]
    const progress = { ...nothing, shards: [{ shard, epoch, logId: 9, index: 0 }], held }
    assert.deepEqual(await store.saveProgress('audit', progress), [])
    assert.deepEqual((await places())[shard], [0, 999_999])
    assert.deepEqual(await store.heldLanes('audit', [shard]), [])
    let kept: readonly number[] | undefined
    await store.deliverWithin('audit', [{ shard, epoch }], 30_000, async (_, shards) => {
      kept = [...shards]
      return { ...nothing, shards: [] }
    })
    assert.deepEqual(kept, [])
  })

  it('are not taken while the subscription is paused', async () => {
    await store.setPaused(
      'audit',
      { at: '2026-01-01T00:00:00.000Z', reason: 'x' },
      { ...change, id: '019a0000-0000-7000-8000-000000000002' },
    )
    assert.deepEqual(await store.claimShards('audit', 'one', 2, []), [])
  })
})
