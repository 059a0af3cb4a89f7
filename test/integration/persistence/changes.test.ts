import assert from 'node:assert/strict'
import { recordChanges } from '../../../core/persistence/changes.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { change, changeRecord, creation, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

describe('the changes that are none of the events', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  it('are written with the row of their task, and what they do not mention stays', async () => {
    const [task, other] = [taskRecord({ tags: ['a'] }), taskRecord({ tags: ['b'], reason: 'as it was' })]
    await store.commit([creation(task), creation(other)])
    const edit = { reason: 'it says "no" \\ ä 😀', tags: ['x, y', '', 'null'], pausedAt: '2026-02-03T04:05:06.789Z' }
    const record = changeRecord(task, { kind: 'task.update', data: { nested: { list: [1, null, 'a'] } }, place: 1 })
    await store.commit([
      change(task, { ...edit, priority: 5 }, { changes: [record] }),
      change(other, { priority: 6, reason: 'not written without a change' }),
    ])
    assert.deepEqual(await store.getTaskRecord(task.id), { ...task, ...edit, priority: 5, logEntry: 2 })
    assert.deepEqual(await store.getTaskRecord(other.id), { ...other, priority: 6, logEntry: 2 })
    assert.deepEqual((await store.listChanges({})).items, [record])
  })

  it('are written without an event as well, and once if the commit is repeated', async () => {
    const task = taskRecord()
    await store.commit([creation(task)])
    const record = changeRecord(task)
    const write = change(task, { tags: ['later'] }, { events: [], changes: [record] })
    assert.deepEqual(await store.commit([write]), [{ status: 'committed' }])
    assert.deepEqual(await store.commit([write]), [{ status: 'committed' }])
    assert.deepEqual((await store.listChanges({ taskId: task.id })).items, [record])
    assert.deepEqual((await store.getTaskRecord(task.id))!.tags, ['later'])
  })

  it('are not written where the epoch has moved on', async () => {
    const task = taskRecord()
    await store.commit([creation(task)])
    const [outcome] = await store.commit([
      change({ ...task, epoch: 7 }, { tags: ['no'] }, { changes: [changeRecord(task)] }),
    ])
    assert.equal(outcome!.status, 'lost')
    assert.deepEqual((await store.listChanges({})).items, [])
    assert.deepEqual((await store.getTaskRecord(task.id))!.tags, [])
  })

  it('are refused alone where PostgreSQL cannot hold them', async () => {
    const [bad, good] = [taskRecord(), taskRecord()]
    await store.commit([creation(bad), creation(good)])
    const outcomes = await store.commit([
      change(bad, {}, { changes: [changeRecord(bad, { data: { text: 'a\u0000b' } })] }),
      change(good, {}, { changes: [changeRecord(good)] }),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['refused', 'committed'],
    )
  })

  it('are listed by subject, task and kind, the oldest first, in pages, in the order in which they were written', async () => {
    const task = taskRecord()
    await store.commit([creation(task)])
    // Clocks and ids say nothing about the order.
    const ofTask = ['c', 'a', 'b'].map((id, index) =>
      changeRecord(task, {
        id: `0190a000-0000-7000-8000-00000000000${id}`,
        kind: index === 1 ? 'task.update' : 'task.annotate',
      }),
    )
    await store.commit([change(task, {}, { events: [], changes: ofTask })])
    const about = { subjectKind: 'namespace', subjectKey: 'shop', taskId: null, entry: null, place: null } as const
    const ofNamespace = changeRecord(task, { ...about, kind: 'namespace.create' })
    await database.transaction((transaction) => recordChanges(database, transaction, [ofNamespace]))
    const all = [...ofTask, ofNamespace]
    assert.deepEqual(await store.listChanges({}), { items: all })
    assert.deepEqual((await store.listChanges({ taskId: task.id })).items, ofTask)
    assert.deepEqual((await store.listChanges({ kind: ['task.update', 'namespace.create'] })).items, [all[1], all[3]])
    assert.deepEqual((await store.listChanges({ subjectKind: 'namespace', subjectKey: 'shop' })).items, [ofNamespace])
    const first = await store.listChanges({}, { limit: 3 })
    assert.deepEqual(first.items, ofTask)
    assert.deepEqual(await store.listChanges({}, { after: first.next! }), { items: [ofNamespace] })
  })

  it('go with their task when retention takes it', async () => {
    const task = taskRecord({ state: 'complete', completedAt: '2026-01-02T00:00:00.000Z', dueAt: null })
    await store.commit([creation(task)])
    await store.commit([change(task, {}, { events: [], changes: [changeRecord(task)] })])
    await store.beginRetention('me', 10_000)
    await store.takeFinishedTasks({ holder: 'me', finishedBefore: '2030-01-01T00:00:00.000Z', limit: 10 })
    assert.deepEqual((await store.listChanges({})).items, [])
  })
})
