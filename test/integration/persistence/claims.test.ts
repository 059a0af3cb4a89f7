import assert from 'node:assert/strict'
import type { ClaimedTask, ClaimRequest, Serving } from '../../../core/contracts/store.js'
import { ClaimFunction } from '../../../core/persistence/claim-function.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { change, creation, logEvent, stepRecord, taskRecord } from '../../support/task-records.js'
import {
  closeTestDatabase,
  hasConcurrentTransactions,
  openSame,
  openTestDatabase,
} from '../../support/test-database.js'

const NOW = '2026-06-01T12:00:00.000Z'
const LATER = '2026-06-01T12:00:00.001Z'
const claim = (workerId: string, limit = 100): ClaimRequest => ({ workerId, limit, now: NOW })

describe('claiming tasks', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
    await store.registerWorker({ id: 'a', host: 'here', processId: 1, leaseMs: 5_000 })
    await store.registerWorker({ id: 'b', host: 'here', processId: 2, leaseMs: 5_000 })
  })
  afterEach(() => closeTestDatabase(database))

  const makeSilent = (workerId: string) =>
    database.query(`update ${database.table('workers')} set heartbeat_at = now() - interval '6 s' where id = $1`, [
      workerId,
    ])

  it('takes what is due, the highest priority and then the longest due first, up to the limit', async () => {
    const due = (priority: number, dueAt: string) => taskRecord({ priority, dueAt })
    const tasks = [
      due(0, '2026-06-01T11:00:00.000Z'),
      due(5, '2026-06-01T11:30:00.000Z'),
      due(0, '2026-06-01T10:00:00.000Z'),
      due(5, NOW),
      due(-1, '2026-06-01T09:00:00.000Z'),
      due(9, LATER),
    ]
    await store.commit(tasks.map((task) => creation(task)))
    const first = await store.claimDue(claim('a', 3))
    assert.deepEqual(
      first.map(({ task }) => task.id),
      [tasks[1]!.id, tasks[3]!.id, tasks[2]!.id],
    )
    assert.deepEqual(
      first.map(({ queueWaitMs }) => queueWaitMs),
      [1_800_000, 0, 7_200_000],
    )
    const rest = await store.claimDue(claim('a'))
    assert.deepEqual(
      rest.map(({ task }) => task.id),
      [tasks[0]!.id, tasks[4]!.id],
    )
    assert.deepEqual(await store.claimDue(claim('a')), [])
  })

  it('makes the worker the owner, raises the epoch and leaves the due time', async () => {
    const task = taskRecord({ dueAt: NOW, epoch: 3 })
    await store.commit([creation(task)])
    const [claimed] = await store.claimDue(claim('a'))
    assert.deepEqual(claimed?.task, { ...task, ownerId: 'a', epoch: 4 })
    assert.equal(claimed?.previousOwnerId, null)
    assert.deepEqual(await store.getTaskRecord(task.id), claimed?.task)
  })

  it('leaves finished tasks and those of live owners alone', async () => {
    await store.commit([
      creation(taskRecord({ state: 'complete' })),
      creation(taskRecord({ state: 'error' })),
      creation(taskRecord({ state: 'in_progress', ownerId: 'b' })),
      creation(taskRecord({ state: 'complete', ownerId: 'unknown' })),
    ])
    assert.deepEqual(await store.claimDue(claim('a')), [])
  })

  it('takes the tasks of owners that are silent or unknown, due or not, and names them', async () => {
    const silent = taskRecord({ state: 'in_progress', ownerId: 'b', dueAt: null, epoch: 1 })
    const unknown = taskRecord({ state: 'in_progress', ownerId: 'nobody', dueAt: null, epoch: 1 })
    const own = taskRecord({ state: 'in_progress', ownerId: 'a', dueAt: null, epoch: 1 })
    await store.commit([creation(silent), creation(unknown), creation(own)])
    const before = await store.claimDue(claim('a'))
    assert.deepEqual(
      before.map(({ task, previousOwnerId }) => [task.id, previousOwnerId]),
      [[unknown.id, 'nobody']],
    )
    await makeSilent('a')
    await makeSilent('b')
    const [claimed, ...others] = await store.claimDue(claim('a'))
    assert.deepEqual([claimed?.task.id, claimed?.previousOwnerId, claimed?.task.epoch], [silent.id, 'b', 2])
    assert.deepEqual(others, [], 'a worker does not take its own tasks from itself')
  })

  it('lets the limit hold for abandoned and due tasks together, the abandoned ones first', async () => {
    const abandoned = [1, 2].map(() => taskRecord({ state: 'in_progress', ownerId: 'nobody', dueAt: null }))
    const due = [1, 2].map(() => taskRecord({ dueAt: NOW }))
    await store.commit([...abandoned, ...due].map((task) => creation(task)))
    const claimed = await store.claimDue(claim('a', 3))
    assert.equal(claimed.length, 3)
    assert.equal(claimed.filter(({ previousOwnerId }) => previousOwnerId === 'nobody').length, 2)
  })

  describe('in a fleet whose workers have different code', () => {
    const old = { version: '1.0.0', dueAt: NOW }
    const fresh = { version: '2.0.0', dueAt: NOW }
    const kinds = ({ version }: { readonly version: string }) => ({ kinds: [`shop.order@${version}`] })
    const register = (id: string, serves: Serving) =>
      store.registerWorker({ id, host: 'here', processId: 2, leaseMs: 5_000, serves })
    const claimAs = (serves: Serving) => store.claimDue({ ...claim('a'), serves })
    const taken = (claimed: readonly ClaimedTask[]) => claimed.map(({ task, unserved }) => [task.id, unserved])

    it('takes what it has the code of, and leaves what another live worker has', async () => {
      const [mine, theirs] = [taskRecord(old), taskRecord(fresh)]
      await store.commit([creation(mine), creation(theirs)])
      await register('b', kinds(fresh))
      assert.deepEqual(taken(await claimAs(kinds(old))), [[mine.id, undefined]])
      assert.deepEqual(taken(await store.claimDue({ ...claim('b'), serves: kinds(fresh) })), [[theirs.id, undefined]])
    })

    it('takes what no live worker has the code of, to be parked: also from an owner that is gone', async () => {
      const [due, abandoned] = [taskRecord(fresh), taskRecord({ ...fresh, state: 'in_progress', ownerId: 'nobody' })]
      await store.commit([creation(due), creation(abandoned)])
      await register('b', kinds(fresh))
      await makeSilent('b')
      assert.deepEqual(taken(await claimAs(kinds(old))), [
        [abandoned.id, 'no_handler'],
        [due.id, 'no_handler'],
      ])
    })

    it('takes what no worker with the code is pinned to, to be parked, whether it has the code itself or another one', async () => {
      const task = taskRecord(old)
      await store.commit([creation(task)])
      assert.deepEqual(taken(await claimAs({ ...kinds(old), namespaces: ['bank'] })), [[task.id, 'no_worker']])
      await store.release(task.id, 1)
      await register('b', { ...kinds(old), namespaces: ['bank'] })
      assert.deepEqual(taken(await claimAs(kinds(fresh))), [[task.id, 'no_worker']])
      await store.release(task.id, 2)
      await register('b', { ...kinds(old), namespaces: ['bank', 'shop'] })
      assert.deepEqual(await claimAs(kinds(fresh)), [])
      assert.equal((await store.claimDue({ ...claim('b'), serves: kinds(old) })).length, 1)
    })

    it('takes what is parked for want of a worker as soon as it serves it, or to say another reason, and not again and again', async () => {
      const task = taskRecord({ ...fresh, parked: 'no_handler', dueAt: '2026-06-01T12:01:00.000Z' })
      await store.commit([creation(task), creation(taskRecord({ ...fresh, parked: 'paused', dueAt: LATER }))])
      assert.deepEqual(await claimAs(kinds(old)), [], 'the reason is the same')
      await register('b', { ...kinds(fresh), namespaces: ['bank'] })
      assert.deepEqual(taken(await claimAs(kinds(old))), [[task.id, 'no_worker']])
      await store.release(task.id, 1)
      assert.deepEqual(taken(await claimAs(kinds(fresh))), [[task.id, undefined]])
    })

    it('takes what it can run before what it can only park, and little of that at once, or none', async () => {
      const mine = taskRecord({ ...old, priority: -1 })
      const theirs = Array.from({ length: 120 }, () => taskRecord(fresh))
      await store.commit([mine, ...theirs].map((task) => creation(task)))
      const request = { ...claim('a', 1), serves: kinds(old) }
      assert.deepEqual(taken(await store.claimDue(request)), [[mine.id, undefined]])
      assert.deepEqual(await store.claimDue({ ...request, takesUnserved: false }), [])
      assert.equal((await store.claimDue({ ...request, limit: 500 })).length, 100)
    })

    it('merges kinds by priority and due time', async () => {
      const at = (version: string, priority: number, minute: number) =>
        taskRecord({ version, priority, dueAt: `2026-06-01T11:0${minute}:00.000Z` })
      const tasks = [at('1.0.0', 1, 3), at('2.0.0', 1, 4), at('1.0.0', 0, 1), at('2.0.0', 0, 2), at('1.0.0', 0, 5)]
      await store.commit(tasks.map((task) => creation(task)))
      const claimed = await store.claimDue(claim('a', 4))
      assert.deepEqual(
        claimed.map(({ task }) => task.id),
        tasks.slice(0, 4).map(({ id }) => id),
      )
    })

    it('reads nothing of what is due for others, however much that is', async () => {
      const pagesRead = async (): Promise<number> => {
        const call = `${new ClaimFunction(database).name}('a', 50, '${NOW}', '{shop.order@1.0.0}', null, true)`
        const [row] = await database.query<{ 'QUERY PLAN': readonly { readonly Plan: Record<string, number> }[] }>(
          `explain (analyze, buffers, format json) select * from ${call}`,
        )
        const { Plan } = row!['QUERY PLAN'][0]!
        return Plan['Shared Hit Blocks']! + Plan['Shared Read Blocks']!
      }
      await register('b', kinds(fresh))
      await store.commit([creation(taskRecord(fresh)), creation(taskRecord({ ...fresh, parked: 'paused' }))])
      await pagesRead()
      const few = await pagesRead()
      for (const parked of [null, 'paused'] as const)
        await store.commit(Array.from({ length: 1_000 }, () => creation(taskRecord({ ...fresh, parked }))))
      const many = await pagesRead()
      assert.ok(many < few + 20, `${few} pages, with 2000 tasks of others ${many}`)
    })
  })

  it('gives every task to one of many workers that claim at once', async () => {
    const tasks = Array.from({ length: 200 }, (_, index) => taskRecord({ dueAt: NOW, priority: index % 3 }))
    await store.commit(tasks.map((task) => creation(task)))
    const claimed: string[] = []
    const work = async (workerId: string): Promise<void> => {
      for (;;) {
        const batch = await store.claimDue(claim(workerId, 7))
        claimed.push(...batch.map(({ task }) => task.id))
        // Nothing may be left only because others hold the rows at this moment.
        if (batch.length === 0 && claimed.length >= tasks.length) return
      }
    }
    await Promise.all(['a', 'b', 'a', 'b', 'a'].map(work))
    assert.equal(claimed.length, 200)
    assert.equal(new Set(claimed).size, 200)
  })

  it('passes over rows that somebody holds instead of waiting', async function () {
    if (!hasConcurrentTransactions) this.skip()
    const [held, free] = [taskRecord({ dueAt: NOW, priority: 1 }), taskRecord({ dueAt: NOW })]
    await store.commit([creation(held), creation(free)])
    const other = await openSame(database)
    await other.transaction(async (transaction) => {
      await transaction.query(`select 1 from ${other.table('tasks')} where id = $1 for update`, [held.id])
      const claimed = await store.claimDue(claim('a'))
      assert.deepEqual(
        claimed.map(({ task }) => task.id),
        [free.id],
      )
    })
    await other.close()
    assert.deepEqual(
      (await store.claimDue(claim('a'))).map(({ task }) => task.id),
      [held.id],
    )
  })

  it('claims one task in whatever state, unless its owner lives', async () => {
    const request = { workerId: 'a', now: NOW }
    const failed = taskRecord({ state: 'error', dueAt: null })
    const owned = taskRecord({ state: 'in_progress', ownerId: 'b', epoch: 2 })
    await store.commit([creation(failed), creation(owned)])
    const claimed = await store.claimTask(failed.id, request)
    assert.deepEqual([claimed?.task.state, claimed?.task.epoch, claimed?.queueWaitMs], ['error', 1, 0])
    assert.equal(await store.claimTask(failed.id, request), undefined, 'it is owned by now')
    assert.equal(await store.claimTask(owned.id, request), undefined)
    assert.equal(await store.claimTask(taskRecord().id, request), undefined)
    await makeSilent('b')
    const taken = await store.claimTask(owned.id, request)
    assert.deepEqual([taken?.previousOwnerId, taken?.task.epoch], ['b', 3])
  })

  it('gives a released task to the next one, and ignores a release of an older epoch', async () => {
    const task = taskRecord({ dueAt: NOW })
    await store.commit([creation(task)])
    await store.claimDue(claim('a'))
    await store.release(task.id, 0)
    assert.deepEqual(await store.claimDue(claim('b')), [])
    await store.release(task.id, 1)
    assert.equal((await store.claimDue(claim('b')))[0]?.task.epoch, 2)
  })

  it('brings the steps in order and the results that stand in the log', async () => {
    const task = taskRecord({ dueAt: NOW, state: 'in_progress', ownerId: 'a' })
    const step = (name: string, position: number) => stepRecord(task, { name, position })
    const [reserve, charge, skip, ship] = [step('reserve', 0), step('charge', 1), step('skip', 2), step('ship', 3)]
    await store.commit([creation(task, [reserve, charge, skip, ship])])
    const completed = (results: unknown) => logEvent(task, { name: 'step.completed', payload: { results } })
    const second = change(
      task,
      {},
      {
        events: [logEvent(task), completed({ seats: [1, 2] }), completed(null)],
        changedSteps: [
          { ...reserve, state: 'complete', resultEntry: 2, resultIndex: 1 },
          { ...charge, state: 'complete', resultEntry: 2, resultIndex: 2 },
        ],
      },
    )
    await store.commit([second])
    const third = change(
      second.task,
      { ownerId: null },
      {
        events: [completed('by hand')],
        changedSteps: [{ ...skip, state: 'resolved_manually', resultEntry: 3, resultIndex: 0 }],
      },
    )
    await store.commit([third])
    const [claimed] = await store.claimDue(claim('b'))
    assert.deepEqual(
      claimed?.steps.map(({ name }) => name),
      ['reserve', 'charge', 'skip', 'ship'],
    )
    assert.deepEqual(claimed?.steps[0], { ...reserve, state: 'complete', resultEntry: 2, resultIndex: 1 })
    assert.deepEqual(
      [...claimed!.results],
      [
        ['reserve', { seats: [1, 2] }],
        ['charge', null],
        ['skip', 'by hand'],
      ],
    )
    const view = await store.getTask(task.id)
    assert.deepEqual(
      view?.steps.map(({ results }) => results),
      [{ seats: [1, 2] }, null, 'by hand', null],
    )
    const { items } = await store.listSteps({ taskId: task.id })
    assert.deepEqual(
      items.map(({ step }) => step),
      view?.steps,
    )
  })

  it('knows the next due time among all priorities, and whether anything is left', async () => {
    assert.equal(await store.nextDueAt(''), undefined)
    assert.equal(await store.hasUnfinishedTasks(), false)
    const early = taskRecord({ dueAt: '2026-02-01T00:00:00.000Z', priority: -7 })
    await store.commit([
      creation(taskRecord({ dueAt: '2026-03-01T00:00:00.000Z', priority: 5 })),
      creation(early),
      creation(taskRecord({ dueAt: '2026-01-01T00:00:00.000Z', ownerId: 'a' })),
      creation(taskRecord({ dueAt: '2026-01-01T00:00:00.000Z', state: 'cancelled' })),
    ])
    assert.equal(await store.nextDueAt(''), early.dueAt)
    assert.equal(await store.hasUnfinishedTasks(), true)
  })

  it('counts all workers but one as gone where only one can live, and refuses heartbeats of the unregistered', async () => {
    const task = taskRecord({ state: 'in_progress', ownerId: 'b', dueAt: null })
    await store.commit([creation(task)])
    await store.heartbeat('b')
    await store.expireOtherWorkers('a')
    assert.equal((await store.claimDue(claim('a')))[0]?.previousOwnerId, 'b')
    await assert.rejects(store.heartbeat('b'), { code: 'WORKER_NOT_REGISTERED' })
    await store.removeWorker('a')
    await assert.rejects(store.heartbeat('a'), { code: 'WORKER_NOT_REGISTERED' })
  })
})
