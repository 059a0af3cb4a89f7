import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DefinedTask, defineTask, type Tasker } from '../../../core/index.js'
import { Fleet, holdsWithin } from '../../fixtures/orchestration/fleet.js'

/** So long may take what must not wait for a due time in a minute, or for a lease; the machines of tests are slow. */
const soonMs = 8_000

describe('Many workers', function () {
  this.timeout(40_000)
  let fleet: Fleet

  beforeEach(async function () {
    const opened = await Fleet.open()
    if (opened === undefined) this.skip()
    fleet = opened
  })
  afterEach(() => fleet?.close())

  const endsSoon = async (tasker: Tasker, id: string) => tasker.tasks.wait(id, { timeoutMs: soonMs })
  const parkedSoon = (tasker: Tasker, id: string, reason: string) =>
    holdsWithin(soonMs, async () => (await tasker.tasks.get(id))?.parked === reason)

  describe('one of which is stopped', () => {
    it('go on with what it gives back at the next step boundary, and no attempt is lost', async () => {
      const begun: string[] = []
      const gate = Promise.withResolvers<void>()
      const taskOf = (worker: string) =>
        defineTask({ name: 'chain' })
          .step('first', async () => {
            begun.push(`first on ${worker}`)
            await gate.promise
            return 1
          })
          .step('second', { dependsOn: ['first'] }, async () => void begun.push(`second on ${worker}`))
      const a = await fleet.start({ handlers: [taskOf('a')] })
      const task = await a.tasks.create({ name: 'chain' })
      assert.ok(await holdsWithin(soonMs, () => begun.length === 1))
      const b = await fleet.start({ handlers: [taskOf('b')] })
      const stopping = a.stop()
      gate.resolve()
      await stopping
      const ended = await endsSoon(b, task.id)
      assert.deepEqual(begun, ['first on a', 'second on b'])
      assert.equal(ended.state, 'complete')
      assert.deepEqual(
        ended.steps.map(({ attempts, drains, ownerLosses }) => [attempts, drains, ownerLosses]),
        [
          [1, 0, 0],
          [1, 0, 0],
        ],
      )
      const workers = await fleet.sql('select id from SCHEMA.workers')
      assert.deepEqual(workers, [{ id: b.workerId }], 'the stopped one has left')
    })

    it('run again what outlives its time to drain, and the attempt counts nowhere', async () => {
      const signals: unknown[] = []
      const taskOf = (isDeaf: boolean) =>
        defineTask({ name: 'long' }).step('long', { retry: { limit: 1 } }, async ({ signal, attempt }) => {
          signal.addEventListener('abort', () => signals.push(signal.reason.code))
          if (isDeaf) await sleep(3_000)
          return attempt
        })
      const execution = { drainTimeoutMs: 100, timeoutGraceMs: 100 }
      const a = await fleet.start({ handlers: [taskOf(true)], execution })
      const task = await a.tasks.create({ name: 'long' })
      assert.ok(await holdsWithin(soonMs, async () => (await a.tasks.get(task.id))?.steps[0]?.state === 'in_progress'))
      const b = await fleet.start({ handlers: [taskOf(false)] })
      await a.stop()
      const ended = await endsSoon(b, task.id)
      const [step] = ended.steps
      assert.deepEqual(signals, ['DRAINED'])
      assert.deepEqual([ended.state, step?.attempts, step?.drains, step?.results], ['complete', 2, 1, 2])
    })
  })

  it('listen to people to the end: what a stopping one still runs can be cancelled', async () => {
    const job = defineTask({ name: 'job' }).step('only', async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    const a = await fleet.start({ handlers: [job], execution: { drainTimeoutMs: 30_000 } })
    const api = await fleet.add({ handlers: [job] })
    const task = await a.tasks.create(job)
    assert.ok(await holdsWithin(soonMs, async () => (await a.tasks.get(task.id))?.steps[0]?.state === 'in_progress'))
    const stopping = a.stop()
    const beganAt = performance.now()
    await api.tasks.cancel(task.id)
    await stopping
    assert.ok(performance.now() - beganAt < soonMs)
    assert.equal((await api.tasks.get(task.id))?.state, 'cancelled')
  })

  describe('pinned to namespaces', () => {
    it('run the tasks of their own, whoever creates them, and park what nobody is pinned to until somebody is', async () => {
      const ranOn: string[] = []
      const tasksOf = (worker: string): DefinedTask[] =>
        ['east', 'west', 'south'].map((namespace) =>
          defineTask({ namespace, name: 'job' }).step('only', async () => void ranOn.push(`${namespace} on ${worker}`)),
        )
      const start = (worker: string, namespaces?: string[]) =>
        fleet.start({ handlers: tasksOf(worker), worker: namespaces === undefined ? {} : { namespaces } })
      const east = await start('east', ['east'])
      await start('west', ['west'])
      const create = (namespace: string) => east.tasks.create({ namespace, name: 'job' })
      const ids = [await create('east'), await create('west')].map(({ id }) => id)
      for (const id of ids) await endsSoon(east, id)
      assert.deepEqual(ranOn.sort(), ['east on east', 'west on west'])
      const parked = await create('south')
      assert.ok(await parkedSoon(east, parked.id, 'no_worker'))
      await start('south', ['south', 'east'])
      await endsSoon(east, parked.id)
      assert.equal(ranOn.at(-1), 'south on south')
    })
  })

  describe('of which some have newer code', () => {
    const versionsOf = (worker: string, versions: readonly string[], ranOn: string[]) =>
      versions.map((version) =>
        defineTask({ name: 'job', version }).step('only', async () => void ranOn.push(`${version} on ${worker}`)),
      )

    it('leave to them what only they can run, and park it without them, until one starts or gets the handler', async () => {
      const ranOn: string[] = []
      const old = await fleet.start({ handlers: versionsOf('old', ['1.0.0'], ranOn) })
      const fresh = await fleet.start({ handlers: versionsOf('new', ['1.0.0', '2.0.0'], ranOn) })
      const api = await fleet.add({ handlers: versionsOf('api', ['1.0.0', '2.0.0'], ranOn) })
      const createNew = () => api.tasks.create({ name: 'job', version: '2.0.0' })
      const tasks = await Promise.all(Array.from({ length: 20 }, createNew))
      for (const { id } of tasks) await endsSoon(api, id)
      assert.deepEqual(new Set(ranOn), new Set(['2.0.0 on new']))
      const logged = await fleet.sql(`select events::text as events from SCHEMA.event_log`)
      assert.ok(!logged.some(({ events }) => String(events).includes('no_handler')), 'none of them was parked')
      await fresh.stop()
      const [first, second] = [await createNew(), await createNew()]
      assert.ok(await parkedSoon(api, first.id, 'no_handler'))
      assert.ok(await parkedSoon(api, second.id, 'no_handler'))
      const [late] = versionsOf('old', ['2.0.0'], ranOn)
      old.handlers.register(late!)
      await endsSoon(api, first.id)
      await endsSoon(api, second.id)
      assert.deepEqual(ranOn.slice(-2), ['2.0.0 on old', '2.0.0 on old'])
    })
  })

  it('share what is due: none takes more than it can run, and none goes without', async () => {
    const ranOn = new Map<string, number>()
    let most = 0
    const taskOf = (worker: string) => {
      let running = 0
      return defineTask({ name: 'job' }).step('only', async () => {
        running += 1
        most = Math.max(most, running)
        ranOn.set(worker, (ranOn.get(worker) ?? 0) + 1)
        await sleep(60)
        running -= 1
      })
    }
    const api = await fleet.add({ handlers: [taskOf('api')] })
    const tasks = await Promise.all(Array.from({ length: 45 }, () => api.tasks.create({ name: 'job' })))
    const execution = { concurrentTasks: 3, pollIntervalMs: 50 }
    for (const worker of ['a', 'b', 'c']) await fleet.start({ handlers: [taskOf(worker)], execution })
    for (const { id } of tasks) await api.tasks.wait(id, { timeoutMs: 20_000 })
    assert.equal(most, 3)
    assert.deepEqual([...ranOn.keys()].sort(), ['a', 'b', 'c'])
    assert.ok(Math.min(...ranOn.values()) >= 5, JSON.stringify([...ranOn]))
  })

  describe('whose rows say other things than they themselves', () => {
    it('give back what they own and do not hold, and tell it', async () => {
      const job = defineTask({ name: 'job' }).step('only', async () => 'ran')
      const a = await fleet.add({ handlers: [job] })
      const task = await a.tasks.create(job)
      const unclear: unknown[] = []
      await fleet.sql(`update SCHEMA.tasks set owner_id = '${a.workerId}', epoch = epoch + 1`)
      await a.start()
      a.events.on('workflow.task_state_unclear', ({ payload }) => unclear.push([payload.finding, payload.action]))
      assert.equal((await endsSoon(a, task.id)).state, 'complete')
      const finding = `pending and owned by ${a.workerId}, which does not hold it`
      assert.deepEqual(unclear, [[finding, 'requeued']])
      const { checks } = await a.health.check()
      assert.equal(checks.worker?.details?.repairs, 1)
      const counted = a.metrics.snapshot().metrics.filter(({ name }) => name === 'tasker_tasks_recovered_total')
      assert.deepEqual(
        counted.map((metric) => [metric.labels.action, 'value' in metric && metric.value]),
        [['requeued', 1]],
      )
    })

    it('have no owner any more once they are finished, whether or not that one lives', async () => {
      const job = defineTask({ name: 'job' }).step('only', async () => 'ran')
      const a = await fleet.start({ handlers: [job] })
      const tasks = [await a.tasks.create(job), await a.tasks.create(job)]
      for (const task of tasks) await endsSoon(a, task.id)
      const unclear: unknown[] = []
      a.events.on('workflow.task_state_unclear', ({ payload }) => unclear.push([payload.finding, payload.action]))
      const own = (taskId: string, owner: string) =>
        fleet.sql(`update SCHEMA.tasks set owner_id = '${owner}' where id = '${taskId}'`)
      await own(tasks[0]!.id, a.workerId)
      await own(tasks[1]!.id, 'nobody')
      const owned = () => fleet.sql('select 1 from SCHEMA.tasks where owner_id is not null')
      assert.ok(await holdsWithin(soonMs, async () => (await owned()).length === 0))
      assert.deepEqual(unclear.sort(), [
        [`complete and owned by ${a.workerId}, which does not hold it`, 'reported'],
        ['complete and owned by nobody, which is gone', 'reported'],
      ])
    })

    it('take up what is in progress and owned by nobody, with the attempt that was running accounted for', async () => {
      const attempts: number[] = []
      const job = defineTask({ name: 'job' }).step('only', async ({ attempt, signal }) => {
        attempts.push(attempt)
        if (attempt === 1)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      const a = await fleet.start({ handlers: [job] })
      const task = await a.tasks.create(job)
      assert.ok(await holdsWithin(soonMs, () => attempts.length === 1))
      // Its row says that nothing runs, that of its step says otherwise.
      await fleet.sql(`update SCHEMA.tasks set owner_id = null, epoch = epoch + 1, state = 'pending', due_at = now()`)
      const ended = await endsSoon(a, task.id)
      assert.deepEqual([ended.state, attempts, ended.steps[0]?.ownerLosses], ['complete', [1, 2], 1])
    })

    it('drop what another one has taken over, and interrupt its handlers, long before they would write something', async () => {
      const aborted: unknown[] = []
      let isBlocking = true
      const job = defineTask({ name: 'job' }).step('only', async ({ signal }) => {
        if (!isBlocking) return 'ran'
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            aborted.push(signal.reason.code)
            reject(signal.reason)
          }),
        )
      })
      const a = await fleet.start({ handlers: [job], execution: { concurrentTasks: 1 } })
      const b = await fleet.add({ handlers: [] })
      const taken = await a.tasks.create(job)
      assert.ok(await holdsWithin(soonMs, async () => (await a.tasks.get(taken.id))?.state === 'in_progress'))
      await b.start()
      isBlocking = false
      await fleet.sql(`update SCHEMA.tasks set owner_id = '${b.workerId}', epoch = epoch + 1`)
      assert.ok(await holdsWithin(soonMs, () => aborted.length === 1))
      assert.deepEqual(aborted, ['STEP_INTERRUPTED'])
      const next = await a.tasks.create(job)
      assert.equal((await endsSoon(a, next.id)).state, 'complete', 'its only place is free again')
    })
  })
})
