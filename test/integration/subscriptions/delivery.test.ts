import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import {
  type DefinedSubscriber,
  defineEvent,
  defineSubscriber,
  defineTask,
  PermanentError,
  subscriptionEvents,
  type TaskerEvent,
} from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const shipped = defineEvent('order.shipped', undefined, { durable: true })

const pair = defineTask({ name: 'pair' })
  .step('first', async ({ publish }) => {
    publish(shipped, { parcel: 1 })
    return { n: 1 }
  })
  .step('second', { dependsOn: ['first'] }, async () => ({ n: 2 }))

describe('A durable subscriber', () => {
  let tasker: TestTasker | undefined
  let heard: TaskerEvent<string>[]

  const open = async (...subscribers: DefinedSubscriber[]) => {
    tasker = await openTestTasker({ clock: 'system', handlers: [pair], subscribers, customEvents: [shipped] })
    return tasker
  }
  const recorder = (options: object = {}) =>
    defineSubscriber({ name: 'recorder', durable: true, ...options, on: { '*': (event) => void heard.push(event) } })

  beforeEach(() => {
    heard = []
  })

  afterEach(async () => {
    await tasker?.stop()
    tasker = undefined
  })

  it('hears every durable event of a task once, in the order of the log, with its position', async () => {
    const { tasks, subscriptions, log } = await open(recorder())
    await Promise.all(Array.from({ length: 20 }, () => tasker!.run(pair, {})))
    await subscriptions.caughtUp('recorder')
    const logged: TaskerEvent<string>[] = []
    for await (const event of log.tail()) logged.push(event)
    assert.equal(heard.length, logged.length)
    for (const { id } of (await tasks.list({})).items) {
      const of = (events: readonly TaskerEvent<string>[]) =>
        events.filter(({ taskId }) => taskId === id).map(({ position, name }) => `${position} ${name}`)
      assert.deepEqual(of(heard), of(logged))
      assert.ok(of(heard).some((line) => line.endsWith('order.shipped')))
    }
  })

  it('hears custom events that a program has written into the log, each by itself, and so does the bus', async () => {
    const { subscriptions, log, events } = await open(recorder())
    const onBus: unknown[] = []
    events.on('order.shipped', ({ payload, position }) => void onBus.push([payload, position]))
    const one = await log.publish(shipped, { parcel: 2 }, { correlationId: 'c-1' })
    await log.publish('order.shipped', { parcel: 3 })
    await subscriptions.caughtUp()
    assert.deepEqual(
      heard.map(({ name, payload, taskId }) => [name, payload, taskId]),
      [
        ['order.shipped', { parcel: 2 }, undefined],
        ['order.shipped', { parcel: 3 }, undefined],
      ],
    )
    assert.deepEqual([heard[0]!.correlationId, heard[0]!.position, heard[0]!.id], ['c-1', one.position, one.id])
    assert.deepEqual(onBus[0], [{ parcel: 2 }, one.position])
    await assert.rejects(log.publish('order.shiped', {}), { code: 'UNKNOWN_EVENT' })
    await assert.rejects(log.publish(shipped, { text: 'a\0b' }), { code: 'NOT_STORABLE' })
  })

  it('begins with what comes after it was new, or with the beginning of the log', async () => {
    const { subscriptions } = await open(recorder())
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const before = heard.length
    const late: string[] = []
    const latecomer = (name: string, from: 'now' | 'beginning') =>
      defineSubscriber({ name, durable: true, from, on: { '*': () => void late.push(name) } })
    tasker!.subscribers.register(latecomer('now', 'now'))
    tasker!.subscribers.register(latecomer('all', 'beginning'))
    while ((await subscriptions.list()).length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    assert.equal(late.filter((name) => name === 'all').length, heard.length)
    assert.equal(late.filter((name) => name === 'now').length, heard.length - before)
  })

  it('goes on where it was, in another life of the process', async () => {
    const { subscriptions } = await open(recorder())
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const before = heard.length
    await tasker!.restart()
    await tasker!.subscriptions.caughtUp()
    assert.equal(heard.length, before)
    await tasker!.run(pair, {})
    await tasker!.subscriptions.caughtUp()
    assert.equal(new Set(heard.map(({ position }) => position)).size, heard.length)
    assert.ok(heard.length > before)
  })

  it('has delivered everything when the last worker that has it has stopped', async () => {
    let handled = 0
    const slow = defineSubscriber({
      name: 'slow',
      durable: true,
      on: {
        'step.completed': async () => {
          await new Promise((resolve) => setTimeout(resolve, 30))
          handled += 1
        },
      },
    })
    await open(slow)
    await tasker!.run(pair, {})
    await tasker!.stop()
    assert.equal(handled, 2)
  })

  it('holds back the events of the task on which it fails, and no others, and then gives them in order', async () => {
    let isBroken = true
    let brokenTask: string | undefined
    const fussy = defineSubscriber({
      name: 'fussy',
      durable: true,
      retry: { backoffMs: [20], maxBackoffMs: 20, limit: 1000 },
      on: {
        '*': (event) => {
          brokenTask ??= event.taskId
          if (event.name === 'step.completed' && event.taskId === brokenTask && isBroken) throw new Error('not yet')
          heard.push(event)
        },
      },
    })
    const { subscriptions } = await open(fussy)
    await tasker!.run(pair, {})
    await tasker!.run(pair, {})
    while ((await subscriptions.get('fussy'))!.heldTasks === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const others = () => heard.filter(({ taskId }) => taskId !== brokenTask)
    while (others().at(-1)?.name !== 'task.completed') await new Promise((resolve) => setTimeout(resolve, 5))
    const held = heard.filter(({ taskId }) => taskId === brokenTask)
    assert.ok(!held.some(({ name }) => name === 'step.completed' || name === 'task.completed'))
    const [holding, ...more] = await subscriptions.held('fussy')
    assert.deepEqual(more, [])
    assert.equal(holding!.taskId, brokenTask)
    assert.equal(holding!.error?.message, 'not yet')
    assert.ok(holding!.attempts > 0)
    await assert.rejects(subscriptions.held('fusy'), /Did you mean "fussy"/)
    isBroken = false
    await subscriptions.caughtUp()
    const names = heard.filter(({ taskId }) => taskId === brokenTask).map(({ name }) => name)
    assert.deepEqual(
      names,
      others().map(({ name }) => name),
    )
    assert.equal((await subscriptions.get('fussy'))!.heldTasks, 0)
    assert.deepEqual(await subscriptions.held('fussy'), [])
  })

  it('is given a failed event again when a virtual clock has come to its time', async () => {
    const attempts: number[] = []
    const late = defineSubscriber({
      name: 'late',
      durable: true,
      retry: { backoffMs: [60_000], maxBackoffMs: 60_000 },
      on: {
        'task.completed': (_, { attempt }) => {
          attempts.push(attempt)
          if (attempt < 3) throw new Error('not yet')
        },
      },
    })
    tasker = await openTestTasker({ handlers: [pair], subscribers: [late] })
    const { subscriptions, clock } = tasker
    await tasker.run(pair, {})
    const until = async (count: number) => {
      while (attempts.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
      while ((await subscriptions.get('late'))!.heldTasks === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(1)
    await clock.advance('70s')
    await until(2)
    assert.equal(attempts.length, 2)
    await clock.advance('70s')
    await subscriptions.caughtUp()
    assert.deepEqual(attempts, [1, 2, 3])
  })

  it('gives up an event after its last try, or at once if trying again is of no use, and goes on with the next', async () => {
    const attempts: number[] = []
    const hopeless = defineSubscriber({
      name: 'hopeless',
      durable: true,
      retry: { limit: 3, backoffMs: [5] },
      on: {
        'step.completed': (event, { attempt }) => {
          if (event.payload.stepName === 'first') {
            attempts.push(attempt)
            throw new Error('no')
          }
          throw new PermanentError('never', { code: 'NEVER' })
        },
        'task.completed': (event) => void heard.push(event as TaskerEvent<string>),
      },
    })
    const { subscriptions, events } = await open(hopeless)
    const told: unknown[] = []
    events.on('subscriber.*' as never, ({ name, payload }: TaskerEvent<string>) => {
      const { attempts: tries, subscriber } = payload as unknown as { attempts: number; subscriber: string }
      told.push([name, subscriber, tries])
    })
    const { id } = await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    assert.deepEqual(attempts, [1, 2, 3])
    assert.equal(heard.length, 1)
    const { items } = await subscriptions.deadLetters.list({ subscription: 'hopeless' })
    assert.deepEqual(
      items.map(({ taskId, event, attempts: tries, error }) => [taskId, event.name, tries, error.message]),
      [
        [id, 'step.completed', 3, 'no'],
        [id, 'step.completed', 1, 'never'],
      ],
    )
    assert.equal(items[1]!.error.code, 'NEVER')
    assert.deepEqual(told, [
      ['subscriber.delivery_failed', 'hopeless', 1],
      ['subscriber.delivery_failed', 'hopeless', 2],
      ['subscriber.dead_lettered', 'hopeless', 3],
      ['subscriber.dead_lettered', 'hopeless', 1],
    ])
    assert.equal((await subscriptions.get('hopeless'))!.deadLetters, 2)
  })

  it('delivers a dead letter again on request, and forgets one that nobody wants', async () => {
    let isBroken = true
    const moody = defineSubscriber({
      name: 'moody',
      durable: true,
      retry: { limit: 1 },
      on: {
        'step.completed': (event, { attempt }) => {
          if (isBroken) throw new Error(`try ${attempt}`)
          heard.push(event as TaskerEvent<string>)
        },
      },
    })
    const { subscriptions } = await open(moody)
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { deadLetters } = subscriptions
    const [first, second] = (await deadLetters.list()).items
    assert.equal(await deadLetters.retry({ ids: [first!.id] }), 1)
    await subscriptions.caughtUp()
    assert.equal((await deadLetters.get(first!.id))!.attempts, 2)
    assert.equal((await deadLetters.get(first!.id))!.error.message, 'try 2')
    isBroken = false
    assert.equal(await deadLetters.retry({ ids: [first!.id] }), 1)
    await subscriptions.caughtUp()
    assert.equal(await deadLetters.get(first!.id), undefined)
    assert.deepEqual(
      heard.map(({ position }) => position),
      [first!.position],
    )
    assert.equal(await deadLetters.discard({ subscription: 'moody' }), 1)
    assert.equal(await deadLetters.get(second!.id), undefined)
    await assert.rejects(deadLetters.retry({}), { code: 'DEAD_LETTER_FILTER' })
  })

  it('takes a handler that does not come to an end in its time for one that failed', async () => {
    const sleeper = defineSubscriber({
      name: 'sleeper',
      durable: true,
      timeoutMs: 30,
      retry: { limit: 1 },
      on: { 'task.completed': () => new Promise(() => {}) },
    })
    const { subscriptions } = await open(sleeper)
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { items } = await subscriptions.deadLetters.list()
    assert.equal(items[0]!.error.code, 'SUBSCRIBER_TIMED_OUT')
  })

  it('waits while it is paused, and goes on when it is resumed, wherever that is asked for', async () => {
    const { subscriptions, events } = await open(recorder())
    const told: unknown[] = []
    events.on(subscriptionEvents.paused, ({ payload }) => void told.push([payload.reason, payload.actor.id]))
    await subscriptions.pause('recorder', { reason: 'the target is being moved', actor: { id: 'ann', kind: 'person' } })
    await tasker!.run(pair, {})
    await assert.rejects(subscriptions.caughtUp('recorder'), { code: 'SUBSCRIPTION_WAIT' })
    const paused = (await subscriptions.get('recorder'))!
    assert.deepEqual([paused.state, paused.pauseReason, heard.length], ['paused', 'the target is being moved', 0])
    assert.ok(paused.lag.entries > 0)
    await subscriptions.resume('recorder')
    await subscriptions.caughtUp()
    assert.deepEqual(told, [['the target is being moved', 'ann']])
    assert.equal(heard.at(-1)!.name, 'task.completed')
    assert.equal((await subscriptions.get('recorder'))!.lag.entries, 0)
  })

  it('is given again what it was given, from a position, a time or the beginning on', async () => {
    const { subscriptions } = await open(recorder())
    await tasker!.run(pair, {})
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const all = heard.map(({ position }) => position!).sort()
    heard.length = 0
    await subscriptions.replay('recorder', { from: 'beginning' })
    await subscriptions.caughtUp()
    assert.deepEqual(heard.map(({ position }) => position!).sort(), all)
    const third = all[3]!
    heard.length = 0
    await subscriptions.replay('recorder', { from: third })
    await subscriptions.caughtUp()
    assert.deepEqual(heard.map(({ position }) => position!).sort(), all.slice(3))
    const { occurredAt } = heard.find(({ position }) => position === all.at(-1))!
    heard.length = 0
    await subscriptions.replay('recorder', { from: new Date(occurredAt) })
    await subscriptions.caughtUp()
    assert.equal(heard.at(-1)!.position, all.at(-1))
    await assert.rejects(subscriptions.replay('recorder', { from: 'now' }), { code: 'SUBSCRIPTION_PLACE' })
    await assert.rejects(subscriptions.replay('recorder', { from: 'tomorrow' }), { code: 'SUBSCRIPTION_PLACE' })
    await assert.rejects(subscriptions.replay('recordr', { from: 'beginning' }), /Did you mean "recorder"/)
  })

  it('passes over what nobody wants delivered', async () => {
    const { subscriptions } = await open(recorder())
    await subscriptions.pause('recorder')
    await tasker!.run(pair, {})
    await subscriptions.skip('recorder', { to: 'now', reason: 'a test run' })
    await subscriptions.resume('recorder')
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    assert.equal(new Set(heard.map(({ taskId }) => taskId)).size, 1)
  })

  it('is forgotten with all that is known of it', async () => {
    const { subscriptions } = await open()
    tasker!.subscribers.register(recorder())
    while ((await subscriptions.list()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    tasker!.subscribers.unregister('recorder')
    assert.equal(await subscriptions.remove('recorder', { reason: 'no longer wanted' }), true)
    assert.deepEqual(await subscriptions.list(), [])
    assert.equal(await subscriptions.remove('recorder'), false)
  })

  it('is refused if it names events that are not in the log, or says what only durable ones can', async () => {
    await open()
    const wrong = { name: 'wrong', durable: true, on: { 'step.handle': () => {} } }
    assert.throws(() => tasker!.subscribers.register(wrong), /heard on the bus of the process alone/)
    const plain = { name: 'plain', durable: false, retry: { limit: 2 }, on: { '*': () => {} } }
    assert.throws(() => tasker!.subscribers.register(plain), /`retry` has a meaning for durable subscribers only/)
  })
})
