import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { until } from '../events/observation.js'

const context = Type.Object({ customerId: Type.String(), n: Type.Optional(Type.Integer()) })

/** Counts how many tasks of each key run at once. */
function watched(limit: number, gate?: () => Promise<unknown>) {
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const order: number[] = []
  const task = defineTask({ name: 'bill', context, concurrencyKey: { from: 'context.customerId', limit } }).step(
    'work',
    async ({ context: { customerId, n } }) => {
      const now = (running.get(customerId) ?? 0) + 1
      running.set(customerId, now)
      most.set(customerId, Math.max(most.get(customerId) ?? 0, now))
      if (n !== undefined) order.push(n)
      await (gate?.() ?? sleep(5))
      running.set(customerId, running.get(customerId)! - 1)
    },
  )
  return { task, most, order }
}

describe('tasks that share a limit by their concurrency key', () => {
  it('are in progress as many at once as the definition says, and all get done', async () => {
    const { task, most } = watched(2)
    await using t = await openTestTasker({ handlers: [task], clock: 'system' })
    const requests = Array.from({ length: 60 }, (_, n) => ({ context: { customerId: `c${n % 3}` } }))
    const tasks = await t.tasks.createMany(task, requests)
    for (const each of tasks) assert.equal((await t.tasks.wait(each, { timeoutMs: 20_000 })).state, 'complete')
    assert.deepEqual(Object.fromEntries(most), { c0: 2, c1: 2, c2: 2 })
    const { differences, stuck } = await t.verify()
    assert.deepEqual([differences, stuck], [[], []])
  })

  it('go on in order of age, and what is more urgent before', async () => {
    const { task, order } = watched(1)
    await using t = await openTestTasker({ handlers: [task], clock: 'system', execution: { concurrentTasks: 2 } })
    const requests = Array.from({ length: 12 }, (_, n) => ({
      context: { customerId: 'one', n },
      ...(n === 11 ? { priority: 5 } : {}),
    }))
    const tasks = await t.tasks.createMany(task, requests)
    for (const each of tasks) await t.tasks.wait(each, { timeoutMs: 20_000 })
    // The first may be claimed while others are still being created.
    const waited = order.filter((n) => n !== 11).slice(4)
    const inOrder = waited.toSorted((a, b) => a - b)
    assert.deepEqual(waited, inOrder, order.join())
    assert.ok(order.indexOf(11) <= 2, order.join())
  })

  it('wait parked, without an owner, and say for what', async () => {
    const open = Promise.withResolvers<void>()
    const { task } = watched(1, () => open.promise)
    await using t = await openTestTasker({ handlers: [task], clock: 'system' })
    const [a, b] = await t.tasks.createMany(task, [{ context: { customerId: 'x' } }, { context: { customerId: 'x' } }])
    const views = async () => [(await t.tasks.get(a!))!, (await t.tasks.get(b!))!]
    let waiting = (await views()).find(({ parked }) => parked !== null)
    while (waiting === undefined) {
      await sleep(5)
      waiting = (await views()).find(({ parked }) => parked !== null)
    }
    assert.deepEqual([waiting.state, waiting.parked, waiting.ownerId], ['pending', 'limit', null])
    assert.ok(Date.parse(waiting.dueAt!) <= Date.now() + 60_000)
    assert.deepEqual(waiting.steps[0]!.attempts, 0)
    open.resolve()
    for (const each of [a, b]) assert.equal((await t.tasks.wait(each!, { timeoutMs: 10_000 })).state, 'complete')
  })

  it('need the key again when the child ends that they have waited for', async () => {
    const [isPartDone, isOtherDone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const part = defineTask({ name: 'part' }).step('work', () => isPartDone.promise)
    const family = defineTask({ name: 'bill', version: '2.0.0' })
      .child('part', { task: part })
      .step('rest', () => 1)
    const other = defineTask({ name: 'bill', version: '1.0.0' }).step('work', () => isOtherDone.promise)
    await using t = await openTestTasker({ handlers: [family, other, part], clock: 'system' })
    const waiting = await t.tasks.create(family, { concurrencyKey: 'one' })
    const parkedFor = (reason: string) => until(async () => (await t.tasks.get(waiting))!.parked === reason)
    await parkedFor('waiting_for_child')
    const running = await t.tasks.create(other, { concurrencyKey: 'one' })
    await until(async () => (await t.tasks.get(running))!.state === 'in_progress')

    isPartDone.resolve()
    await parkedFor('limit')
    assert.equal((await t.tasks.get(waiting))!.state, 'pending')
    isOtherDone.resolve()
    for (const each of [running, waiting])
      assert.equal((await t.tasks.wait(each, { timeoutMs: 10_000 })).state, 'complete')
    assert.equal(t.events.payloads('workflow.task_state_unclear').length, 0)
  })

  it('need no limit of a task without the key, and share one that requests name', async () => {
    const running = { now: 0, most: 0 }
    const task = defineTask({ name: 'sync' }).step('work', async () => {
      running.most = Math.max(running.most, ++running.now)
      await sleep(10)
      running.now -= 1
    })
    await using t = await openTestTasker({ handlers: [task], clock: 'system' })
    const run = async (request: object) => {
      running.most = 0
      const tasks = await t.tasks.createMany(
        task,
        Array.from({ length: 5 }, () => request),
      )
      for (const each of tasks) await t.tasks.wait(each, { timeoutMs: 10_000 })
      return running.most
    }
    assert.ok((await run({})) > 1)
    assert.equal(await run({ concurrencyKey: 'the same' }), 1)
  })

  it('may have it made by a function of the context and the request; what a request names wins', async () => {
    const task = defineTask({
      name: 'sync',
      context: Type.Object({ shop: Type.String(), region: Type.Optional(Type.String({ default: 'eu' })) }),
      concurrencyKey: ({ context: { shop, region }, request }) =>
        request.tags?.includes('free') ? undefined : `${region} ${shop}`,
    }).step('work', () => null)
    await using t = await openTestTasker({ handlers: [task] })
    const keyOf = async (request: object) => {
      const { id } = await t.tasks.create(task, { context: { shop: 'a' }, ...request })
      return (await t.tasks.get(id))!.concurrencyKey
    }
    assert.equal(await keyOf({}), 'eu a')
    assert.equal(await keyOf({ tags: ['free'] }), null)
    assert.equal(await keyOf({ concurrencyKey: 'mine' }), 'mine')
    assert.match((await keyOf({ context: { shop: 'a'.repeat(1_000) } }))!, /^sha256:[0-9a-f]{64}$/)
  })

  it('are not created where the function fails, none of many either', async () => {
    const task = defineTask({
      name: 'sync',
      context: Type.Object({ key: Type.Unknown() }),
      concurrencyKey: ({ context: { key } }) => {
        if (key === 'throw') throw new Error('no such shop')
        return key as string
      },
    }).step('work', () => null)
    await using t = await openTestTasker({ handlers: [task] })
    for (const [key, message] of [
      ['throw', /concurrencyKey function of task default\.sync@0\.1\.0 failed, and no task was created: no such shop/],
      [7, /gave nothing that can be a key.*received 7/is],
      ['', /gave nothing that can be a key/],
    ] as const) {
      await assert.rejects(t.tasks.create(task, { context: { key } }), { code: 'CONCURRENCY_KEY_FAILED', message })
    }
    const many = [{ context: { key: 'fine' } }, { context: { key: 'throw' } }]
    await assert.rejects(t.tasks.createMany(task, many), { code: 'TASK_OF_MANY_REFUSED' })
    assert.equal((await t.tasks.list()).items.length, 0)
  })

  it('keep their places when their worker is lost: who takes them over has them go on at once', async () => {
    const open = Promise.withResolvers<void>()
    const { task } = watched(3, () => open.promise)
    await using t = await openTestTasker({
      handlers: [task],
      clock: 'system',
      execution: { leaseMs: 300, heartbeatIntervalMs: 100, sweepIntervalMs: 100, pollIntervalMs: 200 },
    })
    const requests = Array.from({ length: 3 }, () => ({ context: { customerId: 'x' } }))
    const tasks = await t.tasks.createMany(task, requests)
    const areRunning = async () => {
      const views = await Promise.all(tasks.map(async ({ id }) => (await t.tasks.get(id))!))
      return views.every(({ ownerId, steps }) => ownerId === t.workerId && steps[0]!.state === 'in_progress')
    }
    await until(areRunning)
    await t.crash()
    await t.restart()
    await until(areRunning)
    const parked = t.events.payloads('task.initialize_requested').filter((payload) => 'parked' in payload)
    open.resolve()
    for (const each of tasks) assert.equal((await t.tasks.wait(each, { timeoutMs: 10_000 })).state, 'complete')
    assert.deepEqual(parked, [])
  })

  it('works under the virtual clock', async () => {
    const { task, most } = watched(1)
    await using t = await openTestTasker({ handlers: [task] })
    for (let n = 0; n < 3; n++) assert.equal((await t.run(task, { customerId: 'v' })).state, 'complete')
    const tasks = await t.tasks.createMany(
      task,
      Array.from({ length: 4 }, () => ({ context: { customerId: 'v' } })),
    )
    await t.clock.advance('1s')
    for (const each of tasks) assert.equal((await t.tasks.get(each))!.state, 'complete')
    assert.equal(most.get('v'), 1)
  })
})
