import assert from 'node:assert/strict'
import type { PageOf } from '../../../core/contracts/store.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { creation, stepRecord, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

describe('listing tasks and steps', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  /** All items, page by page; calls `between` after each page. */
  async function readAll<T>(
    read: (after: string | undefined) => Promise<PageOf<T>>,
    between: () => Promise<unknown> = async () => undefined,
  ): Promise<T[]> {
    const items: T[] = []
    for (let after: string | undefined; ; ) {
      const page = await read(after)
      items.push(...page.items)
      if (page.next === undefined) return items
      after = page.next
      await between()
    }
  }
  const pageOf = (limit: number, after: string | undefined) => ({ limit, ...(after === undefined ? {} : { after }) })

  it('gives all tasks once, the newest first, while others are created', async () => {
    const sameTime = '2026-01-01T00:00:00.000Z'
    const tasks = Array.from({ length: 25 }, (_, index) => taskRecord(index % 3 ? {} : { createdAt: sameTime }))
    await store.commit(tasks.map((task) => creation(task)))
    const listed = await readAll(
      (after) => store.listTasks({}, pageOf(4, after)),
      () => store.commit([creation(taskRecord())]),
    )
    const newestFirst = [...tasks].sort((a, b) => (`${a.createdAt}${a.id}` < `${b.createdAt}${b.id}` ? 1 : -1))
    assert.deepEqual(listed, newestFirst)
  })

  it('gives the records as they were written', async () => {
    const task = taskRecord({ tags: ['x'], context: { a: [1] }, timeoutMs: 7, dueAt: null, ownerId: 'a' })
    await store.commit([creation(task)])
    assert.deepEqual((await store.listTasks({})).items, [task])
  })

  it('filters tasks and counts them by state', async () => {
    const tasks = [
      taskRecord({ state: 'complete', version: '2.0.0', createdAt: '2026-02-01T00:00:00.000Z' }),
      taskRecord({ state: 'error', name: 'refund', createdAt: '2026-02-02T00:00:00.000Z' }),
      taskRecord({ state: 'pending', namespace: 'bank', createdAt: '2026-02-03T00:00:00.000Z' }),
      taskRecord({ state: 'pending', correlationId: "it's one", createdAt: '2026-02-04T00:00:00.000Z' }),
    ]
    await store.commit(tasks.map((task) => creation(task)))
    const found = async (filter: Parameters<PostgresStore['listTasks']>[0]) =>
      (await store.listTasks(filter)).items.map(({ id }) => tasks.findIndex((task) => task.id === id))
    assert.deepEqual(await found({ state: 'pending' }), [3, 2])
    assert.deepEqual(await found({ state: ['error', 'complete'] }), [1, 0])
    assert.deepEqual(await found({ name: 'refund' }), [1])
    assert.deepEqual(await found({ namespace: 'bank', name: 'order' }), [2])
    assert.deepEqual(await found({ version: '2.0.0' }), [0])
    assert.deepEqual(await found({ correlationId: "it's one" }), [3])
    assert.deepEqual(
      await found({ since: '2026-02-02T00:00:00.000Z', until: new Date('2026-02-04T00:00:00Z') }),
      [2, 1],
    )
    assert.deepEqual(await found({ state: [] }), [])
    const none = { pending: 0, in_progress: 0, complete: 0, error: 0, cancelled: 0, resolved_manually: 0 }
    assert.deepEqual(await store.countTasks({}), { ...none, pending: 2, error: 1, complete: 1 })
    assert.deepEqual(await store.countTasks({ namespace: 'bank' }), { ...none, pending: 1 })
  })

  it('gives all steps once, with their task, in order of definition within it', async () => {
    const tasks = Array.from({ length: 6 }, () => taskRecord())
    const withSteps = tasks.map((task) =>
      creation(
        task,
        [0, 1, 2, 3, 4].map((position) => stepRecord(task, { position, name: `s${position}` })),
      ),
    )
    await store.commit(withSteps)
    const listed = await readAll(
      (after) => store.listSteps({}, pageOf(7, after)),
      () => store.commit([creation(taskRecord())]),
    )
    const expected = [...withSteps].reverse().flatMap(({ newSteps }) => newSteps.map(({ id }) => id))
    assert.deepEqual(
      listed.map(({ step }) => step.id),
      expected,
    )
    const { id, namespace, name, version, state, correlationId } = tasks[5]!
    assert.deepEqual(listed[0]?.task, { id, namespace, name, version, state, correlationId })
  })

  it('filters steps by their own state and by their task', async () => {
    const [first, second] = [taskRecord({ namespace: 'bank' }), taskRecord()]
    await store.commit([
      creation(first, [stepRecord(first, { state: 'error' }), stepRecord(first, { name: 'b', position: 1 })]),
      creation(second, [stepRecord(second, { state: 'error' })]),
    ])
    const found = async (filter: Parameters<PostgresStore['listSteps']>[0]) =>
      (await store.listSteps(filter)).items.map(({ step }) => step.taskId)
    assert.deepEqual(await found({ stepState: 'error' }), [second.id, first.id])
    assert.deepEqual(await found({ stepState: ['error'], namespace: 'bank' }), [first.id])
    assert.deepEqual(await found({ taskId: second.id, state: 'pending' }), [second.id])
  })

  it('refuses cursors that it did not give and limits out of range', async () => {
    const foreign = Buffer.from('["2026-01-01T00:00:00.000Z", 5]').toString('base64url')
    for (const after of ['', 'x', foreign]) {
      await assert.rejects(store.listTasks({}, { after }), { code: 'PAGE_CURSOR' })
      await assert.rejects(store.listSteps({}, { after }), { code: 'PAGE_CURSOR' })
    }
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      await assert.rejects(store.listTasks({}, { limit }), { code: 'PAGE_LIMIT' })
    }
  })

  it('finds no task under an id that is none', async () => {
    assert.equal(await store.getTask('nonsense'), undefined)
    assert.equal(await store.getTaskRecord('nonsense'), undefined)
  })
})
