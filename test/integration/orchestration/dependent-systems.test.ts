import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, RetryableError } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

/** A step that calls the gateway, and says when. */
function calling(t: () => TestTasker, system = 'gateway') {
  const startedAt = Date.parse('2026-01-01T00:00:00.000Z')
  const starts: number[] = []
  const task = defineTask({ name: 'call' }).step('call', { dependentSystem: system, retry: { limit: 9 } }, () => {
    starts.push(t().clock.now() - startedAt)
  })
  return { task, starts }
}

const many = (count: number, request: object = {}) => Array.from({ length: count }, () => request)

describe('the limits of a dependent system', () => {
  it('let calls begin at the rate, a little slower than configured, and none at once', async () => {
    let t!: TestTasker
    const { task, starts } = calling(() => t)
    t = await openTestTasker({
      handlers: [task],
      dependentSystems: { gateway: { rate: { limit: 10, perMs: 1_000 } } },
    })
    await using _ = t
    await t.tasks.createMany(task, many(30))
    await t.clock.advance('5s')
    assert.equal(starts.length, 30)
    for (const [index, start] of starts.entries()) {
      const inSecond = starts.filter((other) => other >= start && other < start + 1_000).length
      assert.ok(inSecond <= 10, `${inSecond} calls within a second of ${start}`)
      if (index > 0) assert.ok(start - starts[index - 1]! >= 100, starts.join())
    }
    assert.ok(starts.at(-1)! <= 29 * 105 + 200, starts.join())
    const { differences, stuck } = await t.verify()
    assert.deepEqual([differences, stuck], [[], []])
  })

  it('let so many calls be under way at once as the concurrency says', async () => {
    const running = { now: 0, most: 0 }
    const task = defineTask({ name: 'call', concurrency: 50 })
      .step('a', { dependentSystem: 'gateway' }, work)
      .step('b', { dependentSystem: 'gateway' }, work)
      .step('c', {}, () => sleep(1))
    async function work() {
      running.most = Math.max(running.most, ++running.now)
      await sleep(10)
      running.now -= 1
    }
    await using t = await openTestTasker({
      handlers: [task],
      clock: 'system',
      dependentSystems: { gateway: { concurrency: 3 } },
    })
    const tasks = await t.tasks.createMany(task, many(40))
    for (const each of tasks) assert.equal((await t.tasks.wait(each, { timeoutMs: 20_000 })).state, 'complete')
    assert.equal(running.most, 3)
  })

  it('leave the places of the worker to other tasks, and are waited for without an owner', async () => {
    let t!: TestTasker
    const { task } = calling(() => t)
    const other = defineTask({ name: 'other' }).step('work', () => 1)
    t = await openTestTasker({
      handlers: [task, other],
      execution: { concurrentTasks: 4 },
      dependentSystems: { gateway: { rate: { limit: 1, perMs: 20_000 } } },
    })
    await using _ = t
    const waiting = await t.tasks.createMany(task, many(30))
    assert.equal((await t.run(other, {})).state, 'complete')
    const views = await Promise.all(waiting.map(({ id }) => t.tasks.get(id)))
    const parked = views.filter((view) => view!.parked === 'limit')
    assert.ok(parked.length >= 20, `${parked.length} are parked`)
    for (const view of parked) {
      assert.deepEqual([view!.state, view!.ownerId, view!.steps[0]!.attempts], ['pending', null, 0])
      assert.ok(Date.parse(view!.dueAt!) <= t.clock.now() + 60_000, view!.dueAt!)
    }
  })

  it('serve the more urgent first: by task, then by step, then by age', async () => {
    const order: string[] = []
    const step = (name: string) => () => void order.push(name)
    const task = defineTask({ name: 'call' })
      .step('plain', { dependentSystem: 'gateway' }, step('plain'))
      .step('urgent', { dependentSystem: 'gateway', priority: 1 }, step('urgent'))
    const vip = defineTask({ name: 'vip' }).step('vip', { dependentSystem: 'gateway' }, step('vip'))
    await using t = await openTestTasker({
      handlers: [task, vip],
      dependentSystems: { gateway: { rate: { limit: 1, perMs: 1_000 } } },
    })
    await t.tasks.createMany(task, many(2))
    await t.tasks.create(vip, { priority: 7 })
    await t.clock.advance('8s')
    assert.deepEqual(order.slice(1).filter((name) => name === 'vip').length + (order[0] === 'vip' ? 1 : 0), 1)
    assert.ok(order.indexOf('vip') <= 1, order.join())
    assert.deepEqual(
      order.filter((name) => name !== 'vip'),
      ['urgent', 'urgent', 'plain', 'plain'],
    )
  })

  it('are waited for by the next step where a person cancels the one that was in line', async () => {
    const task = defineTask({ name: 'pair', concurrency: 1 })
      .step('first', { dependsOn: [], dependentSystem: 'gateway' }, () => 1)
      .step('second', { dependsOn: [], dependentSystem: 'gateway' }, () => 2)
    await using t = await openTestTasker({
      handlers: [task],
      dependentSystems: { gateway: { rate: { limit: 1, perMs: 5_000 } } },
    })
    await t.tasks.create(task)
    await t.clock.advance(0)
    const waiting = await t.tasks.create(task)
    await t.clock.advance(0)
    await t.steps.cancel({ task: waiting, step: 'first' }, { actor: { id: 'ada', kind: 'person' } })
    await t.clock.advance('1m')
    const { state, steps } = (await t.tasks.get(waiting))!
    assert.deepEqual([state, steps[1]!.state], ['error', 'complete'])
  })

  it('are given back by steps that people cancel, and by a worker that stops or is lost', async () => {
    const started: string[] = []
    const task = defineTask({ name: 'call' }).step(
      'call',
      { dependentSystem: 'gateway' },
      async ({ taskId, signal }) => {
        started.push(taskId)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    )
    await using t = await openTestTasker({
      handlers: [task],
      clock: 'system',
      dependentSystems: { gateway: { concurrency: 1 } },
    })
    const tasks = await t.tasks.createMany(task, many(4))
    const until = async (count: number) => {
      while (started.length < count) await sleep(5)
    }
    await until(1)
    await t.tasks.cancel(started[0]!, { reason: 'enough' })
    await until(2)
    const waiting = tasks.find(({ id }) => !started.includes(id))!
    await t.tasks.cancel(waiting.id, { reason: 'not needed' })
    await t.crash()
    await t.restart()
    await until(3)
    assert.equal((await t.limits.list())[0]!.inUse, 1)
    for (const { id } of tasks) if (id !== waiting.id && id !== started[0]) await t.tasks.cancel(id, { reason: 'over' })
    for (const { id } of tasks) assert.equal((await t.tasks.wait(id, { timeoutMs: 10_000 })).state, 'cancelled')
    assert.ok(!started.includes(waiting.id))
  })
})

describe('a system that asks for a pause', () => {
  it('is left alone until then by all steps that call it, and by no others', async () => {
    let t!: TestTasker
    let refusals = 1
    const starts: [string, number][] = []
    const step = (name: string) => () => {
      starts.push([name, t.clock.now()])
      if (name === 'first' && refusals-- > 0) throw new RetryableError('busy', { retryAfterMs: 30_000 })
    }
    const first = defineTask({ name: 'first' }).step('first', { dependentSystem: 'gateway' }, step('first'))
    const second = defineTask({ name: 'second' }).step('second', { dependentSystem: 'gateway' }, step('second'))
    const third = defineTask({ name: 'third' }).step('third', step('third'))
    t = await openTestTasker({ handlers: [first, second, third] })
    await using _ = t
    const from = t.clock.now()
    await t.tasks.create(first, {})
    await t.clock.advance(10)
    await t.tasks.createMany(second, many(5))
    await t.tasks.create(third, {})
    await t.clock.advance('20s')
    assert.deepEqual(
      starts.map(([name]) => name),
      ['first', 'third'],
    )
    const [gateway] = await t.limits.list()
    assert.equal(gateway!.name, 'gateway')
    assert.ok(Math.abs(Date.parse(gateway!.blockedUntil!) - from - 30_000) < 1_000)
    await t.clock.advance('20s')
    const later = starts.filter(([name]) => name !== 'third').slice(1)
    assert.equal(later.length, 6)
    for (const [, at] of later) assert.ok(at - from >= 30_000, `${at - from}`)
    assert.ok(new Set(later.map(([, at]) => at)).size > 1, 'all rush at once')
  })

  it('is not left alone for longer than the longest backoff, and at once again if a person says so', async () => {
    let refusals = 1
    const task = defineTask({ name: 'call' }).step('call', { dependentSystem: 'gateway' }, () => {
      if (refusals-- > 0) throw new RetryableError('busy', { retryAfterMs: 365 * 86_400_000 })
    })
    await using t = await openTestTasker({
      handlers: [task],
      dependentSystems: { gateway: { backoff: { maxMs: 60_000 } } },
    })
    const { id } = await t.tasks.create(task, {})
    await t.clock.advance(10)
    const until = Date.parse((await t.limits.list())[0]!.blockedUntil!)
    assert.ok(until <= t.clock.now() + 60_000)
    const other = await t.tasks.create(task, {})
    await t.clock.advance('1s')
    assert.notEqual((await t.tasks.get(other))!.state, 'complete')
    assert.equal(await t.limits.unblock('gateway'), true)
    assert.equal(await t.limits.unblock('gateway'), false)
    await t.clock.advance('31s')
    assert.equal((await t.tasks.get(other))!.state, 'complete')
    await t.clock.advance('60s')
    assert.equal((await t.tasks.get(id))!.state, 'complete')
  })

  it('asks only the step that it told where the configuration says so, or nobody knows the system', async () => {
    for (const dependentSystem of ['private', undefined]) {
      let t!: TestTasker
      let refusals = 1
      const done: number[] = []
      const options = dependentSystem === undefined ? {} : { dependentSystem }
      const task = defineTask({ name: 'call' }).step('call', options, () => {
        if (refusals-- > 0) throw new RetryableError('busy', { retryAfterMs: 30_000 })
        done.push(t.clock.now())
      })
      t = await openTestTasker({ handlers: [task], dependentSystems: { private: { shareRetryAfter: false } } })
      await using _ = t
      await t.tasks.create(task, {})
      await t.clock.advance(10)
      await t.tasks.create(task, {})
      await t.clock.advance('1s')
      assert.equal(done.length, 1, dependentSystem)
    }
  })

  it('costs those who call other systems no question', async () => {
    let t!: TestTasker
    const { task } = calling(() => t, 'other')
    t = await openTestTasker({ handlers: [task] })
    await using _ = t
    for (let count = 0; count < 3; count++) await t.run(task, {})
    assert.deepEqual(await t.limits.list(), [])
  })
})
