import assert from 'node:assert/strict'
import type { TaskRecord } from '../../../core/contracts/task-record.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { creation, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

const NOW = '2026-06-01T12:00:00.000Z'
const worker = (id: string) => ({ id, host: 'here', processId: 1, leaseMs: 5_000 })

describe('repairing tasks', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
    await store.registerWorker(worker('a'))
  })
  afterEach(() => closeTestDatabase(database))

  const stored = async (...records: readonly Partial<TaskRecord>[]): Promise<readonly TaskRecord[]> => {
    const tasks = records.map((record) => taskRecord(record))
    await store.commit(tasks.map((task) => creation(task)))
    return tasks
  }
  const repaired = async () => (await store.repairStuck(NOW)).map(({ task, finding }) => [task.id, finding, task.dueAt])

  it('leaves alone what has a live owner, a due time or a time to look again, and what is finished', async () => {
    await stored(
      { dueAt: NOW },
      { state: 'in_progress', ownerId: 'a', dueAt: null },
      { parked: 'paused', dueAt: '2026-06-01T12:01:00.000Z' },
      { state: 'complete', dueAt: null },
      { state: 'error', ownerId: 'a', dueAt: null },
    )
    assert.deepEqual(await repaired(), [])
  })

  it('makes due what has neither an owner nor a due time, in every state, kind and priority', async () => {
    const tasks = await stored(
      { dueAt: null },
      { dueAt: null, priority: 7 },
      { dueAt: null, version: '2.0.0', state: 'in_progress' },
    )
    const finding = (state: string) => `${state} without an owner and without a due time`
    assert.deepEqual(await repaired(), [
      [tasks[0]!.id, finding('pending'), NOW],
      [tasks[1]!.id, finding('pending'), NOW],
      [tasks[2]!.id, finding('in_progress'), NOW],
    ])
    assert.deepEqual(await repaired(), [])
    assert.equal((await store.claimDue({ workerId: 'a', limit: 9, now: NOW })).length, 3)
  })

  it('makes due what is parked without a time to look again, or with a late one', async () => {
    const [without, late] = await stored(
      { parked: 'paused', dueAt: null },
      { parked: 'limit', dueAt: '2026-06-01T13:00:00.000Z' },
    )
    assert.deepEqual(await repaired(), [
      [late!.id, 'parked (limit) and not to be looked at again within a minute', NOW],
      [without!.id, 'parked (paused) without a time to look again', NOW],
    ])
    assert.deepEqual(await repaired(), [])
  })

  it('takes the owner off a finished task whose owner is gone, and gives that of an unfinished one to a claim', async () => {
    const [finished] = await stored(
      { state: 'complete', ownerId: 'nobody', dueAt: null },
      { state: 'in_progress', ownerId: 'nobody', dueAt: null },
    )
    assert.deepEqual(await repaired(), [[finished!.id, 'complete and owned by nobody, which is gone', null]])
    assert.equal((await store.getTaskRecord(finished!.id))?.ownerId, null)
    const [claimed] = await store.claimDue({ workerId: 'a', limit: 9, now: NOW })
    assert.equal(claimed?.previousOwnerId, 'nobody')
  })

  it('tells a worker what it owns and who owns what it holds, and releases only what is still as it was seen', async () => {
    const [stray, held, taken] = await stored(
      { state: 'in_progress', ownerId: 'a', dueAt: null, epoch: 2 },
      { state: 'in_progress', ownerId: 'a', dueAt: null, epoch: 1 },
      { state: 'in_progress', ownerId: 'b', dueAt: null, epoch: 5 },
    )
    const seen = await store.ownership('a', [held!.id, taken!.id])
    const byId = new Map(seen.map((each) => [each.taskId, each]))
    assert.deepEqual(byId.get(stray!.id), { taskId: stray!.id, epoch: 2, ownerId: 'a' })
    assert.deepEqual(byId.get(taken!.id), { taskId: taken!.id, epoch: 5, ownerId: 'b' })
    assert.equal(seen.length, 3)
    assert.equal(await store.releaseStray({ taskId: stray!.id, epoch: 1, ownerId: 'a' }, NOW), undefined)
    assert.equal(await store.releaseStray({ taskId: stray!.id, epoch: 2, ownerId: 'b' }, NOW), undefined)
    const released = await store.releaseStray(byId.get(stray!.id)!, NOW)
    assert.deepEqual([released?.ownerId, released?.dueAt, released?.epoch], [null, NOW, 2])
  })

  it('forgets workers that were last heard of an hour ago, unless they still own something', async () => {
    for (const id of ['old', 'owner', 'recent']) await store.registerWorker(worker(id))
    await stored({ state: 'in_progress', ownerId: 'owner', dueAt: null })
    const age = (id: string, interval: string) =>
      database.query(`update ${database.table('workers')} set heartbeat_at = now() - $2::interval where id = $1`, [
        id,
        interval,
      ])
    await age('old', '61 minutes')
    await age('owner', '61 minutes')
    await age('recent', '59 minutes')
    await store.removeLostWorkers()
    const left = await database.query<{ id: string }>(`select id from ${database.table('workers')} order by id`)
    assert.deepEqual(
      left.map(({ id }) => id),
      ['a', 'owner', 'recent'],
    )
  })
})
