import assert from 'node:assert/strict'
import type { WriteOutcome } from '../../../core/contracts/store.js'
import type { StepRecord, TaskRecord } from '../../../core/contracts/task-record.js'
import { DatabaseUnavailableError } from '../../../core/errors/persistence-errors.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { change, creation, logEvent, stepRecord, taskRecord } from '../../support/task-records.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

const fullTask = (): TaskRecord =>
  taskRecord({
    state: 'error',
    context: { text: 'ä "quoted" \\ 😀', list: [1, 2.5, null, { deep: true }], empty: {} },
    priority: -3,
    stepCount: 12,
    tags: ['a', 'b c', '', 'with,comma', '"q"', 'null'],
    bypassSteps: ['ship'],
    identityHash: 'hash',
    concurrencyKey: 'key',
    timeoutMs: 31 * 24 * 3_600_000,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    parentTaskId: '0190a000-0000-7000-8000-000000000001',
    parentStepId: '0190a000-0000-7000-8000-000000000002',
    rerunOf: { taskId: '0190a000-0000-7000-8000-000000000009', from: ['charge', 'ship, fast'] },
    error: { name: 'Error', message: 'no', category: 'runtime', retryable: false },
    pausedAt: '2026-03-04T05:06:07.001Z',
    parked: 'waiting_for_child',
    dueAt: '2026-03-04T05:06:07.089Z',
    startedAt: '2026-03-04T05:06:07.000Z',
    completedAt: '2026-12-31T23:59:59.999Z',
    ownerId: 'worker-1',
    epoch: 4,
  })

const fullStep = (task: TaskRecord): StepRecord =>
  stepRecord(task, {
    name: 'charge',
    position: 1,
    state: 'in_progress',
    attempts: 2,
    retryLimit: 5,
    retryable: false,
    skippable: true,
    dependentSystem: 'bank',
    timeoutMs: 1.5,
    dependsOn: ['reserve'],
    element: { of: 'items', index: 3, item: { sku: 'x' } },
    branchOf: 'decide',
    childTaskId: '0190a000-0000-7000-8000-000000000003',
    error: { name: 'Error', message: 'no', category: 'timeout', retryable: true },
    dueAt: '2026-03-04T05:06:07.890Z',
    resolvedHow: 'skipped',
    ownerLosses: 1,
    drains: 2,
    startedAt: '2026-03-04T05:06:07.000Z',
    completedAt: '2026-03-04T05:06:08.000Z',
  })

const statuses = (outcomes: readonly WriteOutcome[]): string[] => outcomes.map((outcome) => outcome.status)

describe('committing writes', () => {
  let database: Database
  let store: PostgresStore

  before(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  after(() => closeTestDatabase(database))

  it('gives back every field of a task and of its steps as it was created', async () => {
    const task = fullTask()
    const steps = [stepRecord(task), fullStep(task)]
    const [outcome] = await store.commit([creation(task, steps)])
    assert.equal(outcome?.status, 'committed')
    assert.deepEqual(await store.getTaskRecord(task.id), task)
    const view = await store.getTask(task.id)
    const views = steps.map(({ resultEntry: _entry, resultIndex: _index, ...step }) => ({ ...step, results: null }))
    assert.deepEqual(view, { ...task, steps: views })
  })

  it('keeps contexts that are null, false, zero, text and lists', async () => {
    for (const context of [null, false, 0, '', 'text', []]) {
      const task = taskRecord({ context })
      await store.commit([creation(task)])
      assert.deepEqual((await store.getTaskRecord(task.id))?.context, context)
    }
  })

  it('changes what a commit may change of tasks and steps', async () => {
    const task = taskRecord({ ownerId: 'worker-1', epoch: 4 })
    const step = stepRecord(task, { name: 'charge', position: 1 })
    await store.commit([creation(task, [stepRecord(task), step])])
    const target = fullTask()
    const { state, priority, stepCount, timeoutMs, error, dueAt, parked, startedAt, completedAt } = target
    const write = change(
      task,
      { state, priority, stepCount, timeoutMs, error, dueAt, parked, startedAt, completedAt, ownerId: null },
      { newSteps: [stepRecord(task, { name: 'late', position: 2 })], events: [logEvent(task), logEvent(task)] },
    )
    const full = fullStep(task)
    const changed: StepRecord = {
      ...full,
      ...{ id: step.id, retryable: true, skippable: false, dependentSystem: 'default', timeoutMs: 600_000 },
      ...{ dependsOn: [], element: null, branchOf: null, resultEntry: 2, resultIndex: 1 },
    }
    const [outcome] = await store.commit([{ ...write, changedSteps: [changed] }])
    assert.equal(outcome?.status, 'committed')
    assert.deepEqual(await store.getTaskRecord(task.id), write.task)
    const [row] = await database.query(
      `select result_entry, result_index from ${database.table('steps')} where task_id = $1 and position = 1`,
      [task.id],
    )
    assert.deepEqual(row, { result_entry: 2, result_index: 1 })
    const view = await store.getTask(task.id)
    const { resultEntry: _entry, resultIndex: _index, ...expected } = changed
    assert.deepEqual(view?.steps[1], { ...expected, results: null })
    assert.deepEqual(
      view?.steps.map(({ name }) => name),
      ['reserve', 'charge', 'late'],
    )
  })

  it('lets the writer of an older epoch lose, and writes nothing of it', async () => {
    const task = taskRecord({ ownerId: 'old', epoch: 1 })
    const step = stepRecord(task)
    await store.commit([creation(task, [step])])
    const claimed = await store.claimTask(task.id, { workerId: 'new', now: task.createdAt })
    assert.equal(claimed?.task.epoch, 2)
    const stale = change(
      task,
      { state: 'complete' },
      {
        changedSteps: [{ ...step, state: 'complete' }],
        newSteps: [stepRecord(task, { name: 'other', position: 1 })],
      },
    )
    const bystander = taskRecord()
    const accompanied: string[] = []
    const outcomes = await store.commit([stale, creation(bystander)], async (_transaction, writes) => {
      accompanied.push(...writes.map((write) => write.task.id))
    })
    assert.deepEqual(accompanied, [bystander.id])
    assert.deepEqual(outcomes[0], { status: 'lost', currentEpoch: 2 })
    assert.equal(outcomes[1]?.status, 'committed')
    const view = await store.getTask(task.id)
    assert.equal(view?.state, 'pending')
    assert.deepEqual(
      view?.steps.map(({ name, state }) => [name, state]),
      [['reserve', 'pending']],
    )
    assert.equal((await store.readLog({ taskId: task.id })).length, 1)
  })

  it('fences a commit that waited for the row while another worker claimed the task', async function () {
    if (!hasConcurrentTransactions) this.skip()
    const task = taskRecord({ epoch: 1, ownerId: 'old' })
    await store.commit([creation(task)])
    const other = await openSame(database)
    let committing: Promise<readonly WriteOutcome[]> | undefined
    await other.transaction(async (transaction) => {
      await transaction.query(`update ${other.table('tasks')} set epoch = 2, owner_id = 'new' where id = $1`, [task.id])
      committing = store.commit([change(task, { state: 'complete' })])
      await waitUntilBlocked(other, database)
    })
    assert.deepEqual(await committing, [{ status: 'lost', currentEpoch: 2 }])
    assert.equal((await store.getTaskRecord(task.id))?.state, 'pending')
    await other.close()
  })

  it('reports a task that is not there as lost', async () => {
    assert.deepEqual(await store.commit([change(taskRecord())]), [{ status: 'lost', currentEpoch: 0 }])
  })

  it('commits many tasks at once and numbers their log entries in the order of the writes', async () => {
    const tasks = Array.from({ length: 300 }, () => taskRecord())
    const created = await store.commit(tasks.map((task) => creation(task, [stepRecord(task)])))
    const changed = await store.commit(tasks.map((task) => change(task, { state: 'in_progress' })))
    for (const outcomes of [created, changed]) {
      const ids = outcomes.map((outcome) => (outcome.status === 'committed' ? Number(outcome.logId) : Number.NaN))
      assert.deepEqual(
        ids,
        [...ids].sort((a, b) => a - b),
      )
      assert.equal(new Set(ids).size, 300)
    }
    assert.equal((await store.getTaskRecord(tasks[299]!.id))?.state, 'in_progress')
  })

  it('numbers the entries of a task without gaps, and lets later commits have greater ids', async () => {
    const task = taskRecord()
    await store.commit([creation(task)])
    let latest = task
    for (let count = 0; count < 5; count++) {
      const write = change(latest)
      await store.commit([write])
      latest = write.task
    }
    await store.commit([change(latest, { priority: 9 }, { events: [] })])
    const entries = await store.readLog({ taskId: task.id })
    assert.deepEqual(
      entries.map(({ entry }) => entry),
      [1, 2, 3, 4, 5, 6],
    )
    const ids = entries.map(({ id }) => Number(id))
    assert.deepEqual(
      ids,
      [...ids].sort((a, b) => a - b),
    )
    assert.equal((await store.getTaskRecord(task.id))?.priority, 9)
  })

  it('refuses a write that would leave a gap among the entries of its task, and commits the others', async () => {
    const [first, second] = [taskRecord(), taskRecord()]
    await store.commit([creation(first), creation(second)])
    const gap = change({ ...first, logEntry: 2 })
    const outcomes = await store.commit([gap, change(second)])
    assert.deepEqual(statuses(outcomes), ['refused', 'committed'])
    assert.match(String((outcomes[0] as { error: Error }).error.message), /has log entry 3 where 2 is next/)
  })

  it('commits a batch without the writes that the database refuses', async () => {
    const tasks = Array.from({ length: 20 }, () => taskRecord())
    await store.commit(tasks.map((task) => creation(task, [stepRecord(task)])))
    const writes = tasks.map((task, index) => {
      const text = index === 7 ? 'a NUL: \u0000' : index === 13 ? 'half a pair: \ud800' : 'fine'
      return change(task, { state: 'in_progress' }, { events: [logEvent(task, { payload: { text } })] })
    })
    const outcomes = await store.commit(writes)
    const expected = tasks.map((_, index) => (index === 7 || index === 13 ? 'refused' : 'committed'))
    assert.deepEqual(statuses(outcomes), expected)
    const states = await Promise.all(tasks.map(async ({ id }) => (await store.getTaskRecord(id))?.state))
    assert.deepEqual(
      states,
      expected.map((status) => (status === 'refused' ? 'pending' : 'in_progress')),
    )
    const refusal = outcomes[7] as unknown as { error: Error & { code: string } }
    assert.equal(refusal.error.code, 'WRITE_REFUSED')
    assert.match(refusal.error.message, new RegExp(tasks[7]!.id))
  })

  it('refuses what JSON.stringify cannot write, and a task that is there already', async () => {
    const task = taskRecord()
    const outcomes = await store.commit([
      creation(task),
      creation(taskRecord({ context: { big: 1n } })),
      creation(taskRecord()),
    ])
    assert.deepEqual(statuses(outcomes), ['committed', 'refused', 'committed'])
    assert.deepEqual(statuses(await store.commit([creation(task), creation(taskRecord())])), ['refused', 'committed'])
  })

  it('refuses a change of a step that does not exist', async () => {
    const [task, other] = [taskRecord(), taskRecord()]
    await store.commit([creation(task), creation(other)])
    const outcomes = await store.commit([change(task, {}, { changedSteps: [stepRecord(task)] }), change(other)])
    assert.deepEqual(statuses(outcomes), ['refused', 'committed'])
  })

  it('lets others take part in the transaction: with it they commit, and their failure undoes it', async () => {
    const task = taskRecord()
    const namespaces = database.table('namespaces')
    const insert = `insert into ${namespaces} (name, created_at) values ($1, now())`
    await store.commit([creation(task)], async (transaction) => {
      await transaction.query(insert, ['participant'])
    })
    assert.equal((await database.query(`select 1 from ${namespaces} where name = 'participant'`)).length, 1)
    await assert.rejects(
      store.commit([change(task, { priority: 5 })], () => Promise.reject(new TypeError('the participant failed'))),
      /the participant failed/,
    )
    assert.equal((await store.getTaskRecord(task.id))?.priority, 0)
  })

  it('finds out what of a commit without an answer was committed, and writes the rest', async () => {
    const other = await openSame(database)
    const patient = new PostgresStore(other)
    const [seen, unseen, silent] = [taskRecord(), taskRecord(), taskRecord()]
    await store.commit([creation(seen), creation(unseen), creation(silent)])
    const writes = [
      change(seen, { priority: 1 }),
      creation(taskRecord()),
      change(unseen, { priority: 2 }),
      change(silent, { priority: 3 }, { events: [] }),
    ]
    // The answer to a commit is lost: the first two went through, the server never got the others.
    const lost = patient.commit(writes, () => Promise.reject(new DatabaseUnavailableError(new Error('no answer'))))
    await assert.rejects(lost, DatabaseUnavailableError)
    const through = await store.commit(writes.slice(0, 2))
    const outcomes = await patient.commit(writes)
    assert.deepEqual(statuses(outcomes), ['committed', 'committed', 'committed', 'committed'])
    assert.deepEqual(outcomes.slice(0, 2), through)
    assert.equal((await store.readLog({ taskId: seen.id })).length, 2)
    assert.deepEqual(
      await Promise.all([seen, unseen, silent].map(async ({ id }) => (await store.getTaskRecord(id))?.priority)),
      [1, 2, 3],
    )
    // Without a doubt, the same writes again are a defect of who gives them.
    assert.deepEqual(statuses(await store.commit(writes.slice(0, 2))), ['refused', 'refused'])
    await other.close()
  })

  it('does not deadlock where groups hold the same tasks in different orders', async () => {
    const tasks = Array.from({ length: 10 }, () => taskRecord())
    await store.commit(tasks.map((task) => creation(task)))
    const group = (records: readonly TaskRecord[]) =>
      store.commit(records.map((task) => change(task, {}, { events: [] })))
    const rounds = Array.from({ length: 20 }, (_, round) => group(round % 2 ? tasks : [...tasks].reverse()))
    for (const outcomes of await Promise.all(rounds))
      assert.deepEqual(new Set(statuses(outcomes)), new Set(['committed']))
  })
})

/** Waits until a connection of `waiting` stands before a lock. */
async function waitUntilBlocked(observer: Database, waiting: Database): Promise<void> {
  for (;;) {
    const sql = `select 1 from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.query like $1`
    if ((await observer.query(sql, [`%"${waiting.schema}"%`])).length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
