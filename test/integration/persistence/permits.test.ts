import assert from 'node:assert/strict'
import type { PermitReply } from '../../../core/contracts/limits.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

describe('permits of a system that several workers call', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
    for (const id of ['a', 'b', 'c']) await store.registerWorker({ id, host: 'here', processId: 1, leaseMs: 5_000 })
  })
  afterEach(() => closeTestDatabase(database))

  const turns = { turns: 0, turnIntervalMs: 1, firstTurnMs: 1 }
  let now = 0
  const draw = async (
    workerId: string,
    held: number,
    wanted: number,
    concurrency = 3,
    rate = {},
  ): Promise<PermitReply> => {
    now += 1
    return store.drawPermits({ system: 'gateway', workerId, now, held, wanted, concurrency, ...rate, ...turns })
  }
  const granted = async (...asked: Parameters<typeof draw>) => (await draw(...asked)).granted

  it('are all used while somebody waits, also where others hold more than their share', async () => {
    assert.equal(await granted('c', 0, 3), 3)
    assert.equal(await granted('a', 0, 1), 0)
    assert.equal(await granted('b', 0, 1), 0)
    // The one that comes back is the share of each of those that wait: the first of them has it.
    await draw('c', 2, 0)
    const of = { a: await granted('a', 0, 1), b: await granted('b', 0, 1) }
    assert.equal(of.a + of.b, 1)
    await draw('c', 1, 0)
    assert.deepEqual(of.a === 1 ? await granted('b', 0, 1) : await granted('a', 0, 1), 1)
  })

  it('are told to those that wait by who leaves', async () => {
    await draw('c', 0, 3)
    await draw('a', 0, 1)
    assert.deepEqual(await store.leaveSystems('c'), [{ system: 'gateway', workerId: 'a' }])
    assert.deepEqual(await store.leaveSystems('c'), [])
    assert.equal(await granted('a', 0, 1), 1)
  })

  it('are shared by those that wait', async () => {
    assert.equal(await granted('c', 0, 4, 4), 4)
    assert.equal(await granted('a', 0, 4, 4), 0)
    assert.equal(await granted('b', 0, 4, 4), 0)
    await draw('c', 0, 0, 4)
    assert.deepEqual([await granted('a', 0, 4, 4), await granted('b', 0, 4, 4)], [2, 2])
  })

  it('say what room is left for those that wait, and none where all have to wait for their time', async () => {
    await draw('c', 0, 3)
    assert.deepEqual([(await draw('a', 0, 1)).roomLeft, (await draw('b', 0, 1)).roomLeft], [0, 0])
    const back = await draw('c', 1, 1)
    assert.ok(back.roomLeft >= 1)
    assert.deepEqual(back.waitingWorkers.toSorted(), ['a', 'b'])
    const paced = { intervalMs: 60_000, burst: 1 }
    await draw('c', 0, 1, 3, paced)
    assert.equal((await draw('a', 0, 1, 3, paced)).roomLeft, 0)
  })
})
