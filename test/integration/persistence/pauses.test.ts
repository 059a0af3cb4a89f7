import assert from 'node:assert/strict'
import type { ChangesOf, PauseRecord } from '../../../core/contracts/pauses.js'
import type { TaskRecord } from '../../../core/contracts/task-record.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { changeRecord, creation, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

const now = '2026-06-01T00:00:00.000Z'
const kinds = ['shop.order@1.0.0', 'shop.order@2.0.0', 'shop.return@1.0.0', 'bank.order@1.0.0']

const pauseOf = (namespace: string, name: string | null = null, version: string | null = null): PauseRecord => ({
  key: [namespace, name && `.${name}`, version && `@${version}`].join(''),
  ...{ namespace, name, version, reason: 'a test', actor: { id: 'ada', kind: 'person' }, pausedAt: now },
})
const subject = { subjectKind: 'namespace', subjectKey: 'x', taskId: null, entry: null, place: null } as const

describe('pauses of namespaces and task types', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
    await store.registerWorker({ id: 'w', host: 'h', processId: 1, leaseMs: 60_000, serves: { kinds } })
  })
  afterEach(() => closeTestDatabase(database))

  const created = async (...values: Partial<TaskRecord>[]) => {
    const tasks = values.map((each) => taskRecord({ dueAt: '2026-01-01T00:00:00.000Z', ...each }))
    await store.commit(tasks.map((task) => creation(task)))
    return tasks
  }
  const pause = (record: PauseRecord) => store.addPause(record, changeRecord(taskRecord(), subject))
  const resume = (key: string) => store.removePause(key, changeRecord(taskRecord(), subject))
  const changesOf: ChangesOf = (tasks) =>
    tasks.map(({ taskId, entry }) => changeRecord(taskRecord({ id: taskId, logEntry: entry }), { kind: 'task.park' }))
  const claimed = async () =>
    (await store.claimDue({ workerId: 'w', limit: 100, now, serves: { kinds } })).map(({ task }) => task.id)
  const parked = async (task: TaskRecord) => (await store.getTaskRecord(task.id))!.parked

  it('are added and removed once, each with its change', async () => {
    const record = pauseOf('shop', 'order', '1.0.0')
    assert.deepEqual([await pause(record), await pause({ ...record, reason: 'again' })], [true, false])
    assert.deepEqual(await store.listPauses(), [record])
    assert.deepEqual([await resume(record.key), await resume(record.key)], [true, false])
    assert.deepEqual(await store.listPauses(), [])
    assert.equal((await store.listChanges({ subjectKind: 'namespace' })).items.length, 2)
  })

  it('keep claims from what they cover, and from nothing else', async () => {
    const [one, two, other, bank] = await created(
      { version: '1.0.0' },
      { version: '2.0.0' },
      { name: 'return' },
      { namespace: 'bank' },
    )
    await pause(pauseOf('shop', 'order', '1.0.0'))
    assert.deepEqual(new Set(await claimed()), new Set([two!.id, other!.id, bank!.id]))
    await resume('shop.order@1.0.0')
    await pause(pauseOf('shop'))
    assert.deepEqual(await claimed(), [])
    await resume('shop')
    assert.deepEqual(await claimed(), [one!.id])
  })

  it('do not keep anybody from a task whose owner is gone: what that left running is to be ended', async () => {
    const [task] = await created({ state: 'in_progress', ownerId: 'dead', epoch: 3 })
    await pause(pauseOf('shop'))
    assert.deepEqual(await claimed(), [task!.id])
  })

  it('park what waits under them, with its change, and nothing else', async () => {
    const [held, later, running, owned, limited, other] = await created(
      {},
      { dueAt: '2099-01-01T00:00:00.000Z' },
      { state: 'in_progress' },
      { ownerId: 'w', epoch: 1 },
      { parked: 'limit' },
      { namespace: 'bank' },
    )
    assert.equal(await store.parkHeld(changesOf), 0)
    await pause(pauseOf('shop', 'order'))
    assert.equal(await store.parkHeld(changesOf), 2)
    assert.equal(await store.parkHeld(changesOf), 0)
    for (const task of [held!, later!]) {
      assert.deepEqual(await store.getTaskRecord(task.id), { ...task, parked: 'paused' })
      const [change] = (await store.listChanges({ taskId: task.id })).items
      assert.deepEqual([change!.kind, change!.entry], ['task.park', task.logEntry])
    }
    for (const task of [running!, owned!, limited!, other!]) assert.equal(await parked(task), task.parked)
    assert.deepEqual(await claimed(), [other!.id])
  })

  it('are no more for what none of them covers, and that alone waits for its time again', async () => {
    const [free, held, byItself, owned] = await created(
      { parked: 'paused' },
      { parked: 'paused', version: '2.0.0' },
      { parked: 'paused', pausedAt: now },
      { parked: 'paused', ownerId: 'w', epoch: 1 },
    )
    await pause(pauseOf('shop', 'order', '2.0.0'))
    assert.equal(await store.unparkFreed(changesOf), 1)
    assert.equal(await store.unparkFreed(changesOf), 0)
    assert.deepEqual(await Promise.all([free!, held!, byItself!, owned!].map(parked)), [
      null,
      'paused',
      'paused',
      'paused',
    ])
    assert.deepEqual(await claimed(), [free!.id])
    await resume('shop.order@2.0.0')
    assert.equal(await store.unparkFreed(changesOf), 1)
    assert.deepEqual(await claimed(), [held!.id])
  })

  it('leave nothing that the sweeper repairs or that counts as due, however far off its time is', async () => {
    await created({ parked: 'paused', pausedAt: now, dueAt: '2099-01-01T00:00:00.000Z' }, { parked: 'paused' })
    await pause(pauseOf('shop'))
    assert.deepEqual(await store.repairStuck(now), [])
    assert.equal(await store.nextDueAt('w'), undefined)
    assert.equal(await store.hasUnfinishedTasks(), false)
  })

  it('park and free thousands a thousand at a time', async () => {
    const many = Array.from({ length: 2_300 }, (_, index) => ({ version: index % 2 === 0 ? '1.0.0' : '2.0.0' }))
    await created(...many)
    await pause(pauseOf('shop'))
    const all = async (step: () => Promise<number>) => {
      const counts: number[] = []
      for (let count = await step(); count > 0; count = await step()) counts.push(count)
      return counts
    }
    assert.deepEqual(await all(() => store.parkHeld(changesOf)), [1000, 1000, 300])
    await resume('shop')
    const freed = await all(() => store.unparkFreed(changesOf))
    assert.equal(
      freed.reduce((sum, count) => sum + count, 0),
      2_300,
    )
    assert(freed.every((count) => count <= 1000))
  })
})
