import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'mocha'
import {
  createTasker,
  type DefinedSubscriber,
  type DefinedTask,
  defineEvent,
  definePlugin,
  defineSubscriber,
  defineTask,
  type TaskerEvent,
} from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { FaultProxy, isAnswerTo, isStatement } from '../../support/fault-proxy.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const placed = defineEvent('order.placed', undefined, { durable: true })
const pair = defineTask({ name: 'pair' })
  .step('first', async () => ({ n: 1 }))
  .step('second', { dependsOn: ['first'] }, async () => ({ n: 2 }))

/** A chain of steps whose names no type knows. */
interface Chain extends DefinedTask {
  step(name: string, options: { readonly dependsOn: readonly string[] }, handler: () => Promise<number>): Chain
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('A durable subscriber, when several things happen at once,', () => {
  let tasker: TestTasker

  const open = async (subscriber: DefinedSubscriber, more: object = {}) => {
    tasker = await openTestTasker({
      clock: 'system',
      handlers: [pair],
      subscribers: [subscriber],
      customEvents: [placed],
      ...more,
    })
    return tasker
  }
  afterEach(() => tasker?.stop())

  it('loses nothing behind an event whose handler fails when its shard was lost and taken again', async () => {
    const handled: string[] = []
    const failing = Promise.withResolvers<void>()
    let tries = 0
    const subscriber = defineSubscriber({
      name: 'slow',
      durable: true,
      from: 'beginning',
      retry: { limit: 5, backoffMs: [20] },
      on: {
        '*': async (event) => {
          if (event.name === 'step.completed' && tries++ === 0) {
            await failing.promise
            throw new Error('once')
          }
          handled.push(event.position!)
        },
      },
    })
    const { subscriptions, log } = await open(subscriber)
    await tasker.run(pair, {})
    while (tries === 0) await sleep(5)
    await subscriptions.pause('slow')
    await subscriptions.resume('slow')
    // The events of the task are queued again behind the one that is being handled.
    while ((await subscriptions.get('slow'))!.shards.some(({ workerId }) => workerId === null)) await sleep(5)
    await sleep(200)
    failing.resolve()
    await subscriptions.caughtUp('slow')
    const logged: string[] = []
    for await (const { position } of log.tail()) logged.push(position!)
    assert.deepEqual([...new Set(handled)], logged)
  })

  it('is given everything after a replay, also while the log cannot be read on because somebody writes to it', async function () {
    if (testDatabaseUrl() === undefined) this.skip()
    const heard: TaskerEvent<string>[] = []
    const subscriber = defineSubscriber({
      name: 'all',
      durable: true,
      on: { 'order.placed': (event) => void heard.push(event) },
    })
    const { subscriptions, log, database } = await open(subscriber)
    for (let n = 0; n < 20; n++) await log.publish(placed, { n })
    await subscriptions.caughtUp('all')
    heard.length = 0
    // A gap: an id is drawn in a transaction that stays open, and greater ones are committed.
    const gap = runSql(
      database,
      "begin; insert into SCHEMA.event_log (events) values ('[]'); select pg_sleep(1); rollback",
    )
    await sleep(200)
    for (let n = 20; n < 40; n++) await log.publish(placed, { n })
    await sleep(200)
    await subscriptions.replay('all', { from: 'beginning' })
    await gap
    await subscriptions.caughtUp('all')
    assert.equal(new Set(heard.map(({ id }) => id)).size, 40)
  })

  it('writes once what it writes in the transaction of its cursor, although the answer to a commit was lost', async function () {
    const url = testDatabaseUrl()
    if (url === undefined) this.skip()
    const proxy = await FaultProxy.inFrontOf(url)
    let table = ''
    let isBroken = true
    const maker = definePlugin({
      name: 'maker',
      version: '1.0.0',
      setup: async ({ database }) => {
        table = `"${database.schema}".sales`
        await database.query(`create table if not exists ${table} (n int)`)
        return {}
      },
    })
    const subscriber = defineSubscriber({
      name: 'sales',
      durable: true,
      transactional: true,
      retry: { limit: 20, backoffMs: [300] },
      on: {
        'order.placed': async (event) => {
          const { n } = event.payload as { n: number }
          if (n === 9 && isBroken) throw new Error('not yet')
          await event.tx.query(`insert into ${table} values ($1)`, [n])
        },
      },
    })
    await using own = await createTasker({
      discovery: { packages: false },
      customEvents: [placed],
      subscribers: [subscriber],
      plugins: [maker],
      logging: { level: 'fatal' },
      database: { url: proxy.url, schema: `test_races_${process.pid}` },
    })
    await own.start()
    const { subscriptions, log, database } = own
    const lostAnswer = () =>
      proxy.when({
        direction: 'toClient',
        after: isStatement(/sales values/),
        matches: isAnswerTo('COMMIT'),
        action: 'cut',
      })
    try {
      const ofPage = lostAnswer()
      for (let n = 0; n < 3; n++) await log.publish(placed, { n })
      await ofPage
      await log.publish(placed, { n: 9 })
      while ((await subscriptions.get('sales'))!.heldTasks === 0) await sleep(20)
      const ofLane = lostAnswer()
      isBroken = false
      await ofLane
      await subscriptions.caughtUp('sales')
      const rows = await runSql(
        { ...database, connection: url! },
        'select n, count(*)::int as times from SCHEMA.sales group by n order by n',
      )
      assert.deepEqual(
        rows.map(({ n, times }) => [n, times]),
        [0, 1, 2, 9].map((n) => [n, 1]),
      )
    } finally {
      await own.stop()
      await runSql({ ...database, connection: url! }, `drop schema SCHEMA, "${database.schema}_queue" cascade`)
      await proxy.stop()
    }
  })

  it('is delivered to by one at a time where it is taken away and registered again', async () => {
    let [running, most] = [0, 0]
    const subscriber = defineSubscriber({
      name: 'twice',
      durable: true,
      shards: 1,
      on: {
        'order.placed': async () => {
          running += 1
          most = Math.max(most, running)
          await sleep(50)
          running -= 1
        },
      },
    })
    const { subscribers, subscriptions, log } = await open(subscriber)
    const published = Promise.all(Array.from({ length: 10 }, (_, n) => log.publish(placed, { n })))
    await sleep(20)
    subscribers.unregister('twice')
    subscribers.register({ ...subscriber, concurrency: 1 })
    await published
    while ((await subscriptions.get('twice'))!.shards[0]!.workerId === null) await sleep(10)
    await subscriptions.caughtUp('twice')
    assert.equal((await subscriptions.get('twice'))!.state, 'running')
    assert.ok(most <= 16)
  })

  it('is delivered to, and gives its shards back, although the database was away when it came or went', async () => {
    const heard: unknown[] = []
    const subscriber = defineSubscriber({
      name: 'late',
      durable: true,
      from: 'beginning',
      on: { 'order.placed': ({ payload }) => void heard.push(payload) },
    })
    const other = defineSubscriber({ name: 'other', durable: true, on: { 'task.failed': () => {} } })
    const { subscribers, subscriptions, log } = await open(other)
    let refusals = 3
    const refuse = (statement: RegExp) =>
      tasker.faults.onStatement(({ sql }) => (statement.test(sql) && refusals-- > 0 ? 'refuse' : undefined))
    refuse(/insert into .*subscriptions as s/)
    subscribers.register(subscriber)
    await log.publish(placed, 1)
    while ((await subscriptions.get('late')) === undefined) await sleep(10)
    await subscriptions.caughtUp('late')
    assert.deepEqual(heard, [1])
    refusals = 3
    refuse(/with given_back as/)
    subscribers.unregister('late')
    while ((await subscriptions.get('late'))!.shards.some(({ workerId }) => workerId !== null)) await sleep(10)
    assert.ok(refusals <= 0)
  })

  it('is given each event of a task that was held up once, also where the database refuses to read on', async () => {
    const handled: string[] = []
    let isBroken = true
    const subscriber = defineSubscriber({
      name: 'held',
      durable: true,
      retry: { limit: 1000, backoffMs: [20], maxBackoffMs: 20 },
      on: {
        '*': ({ position }) => {
          if (isBroken) throw new Error('not yet')
          handled.push(position)
        },
      },
    })
    // More entries than are read at once.
    const names = Array.from({ length: 110 }, (_, index) => `step_${index}`)
    const draft = defineTask({ name: 'long' }).step(names[0]!, async () => 0)
    const long = names
      .slice(1)
      .reduce(
        (task, name, index) => task.step(name, { dependsOn: [names[index]!] }, async () => 0),
        draft as never as Chain,
      )
    const { subscriptions, log } = await open(subscriber, { handlers: [long] })
    await tasker.run(long as never as typeof draft, undefined, { giveUpAfterMs: 20_000 })
    let reads = 0
    tasker.faults.onStatement(({ sql }) => {
      if (isBroken || !sql.includes('task_id = $4::uuid and id >= $1')) return undefined
      reads += 1
      return reads === 2 ? 'refuse' : undefined
    })
    isBroken = false
    await subscriptions.caughtUp('held')
    const logged: string[] = []
    for await (const { position } of log.tail()) logged.push(position!)
    assert.deepEqual(handled, logged)
    assert.ok(reads > 2)
  })

  it('begins anew when its subscription is removed while a worker has it', async () => {
    const heard: unknown[] = []
    const subscriber = defineSubscriber({
      name: 'again',
      durable: true,
      on: { 'order.placed': ({ payload }) => void heard.push(payload) },
    })
    const { subscriptions, log } = await open(subscriber)
    await log.publish(placed, 1)
    await subscriptions.caughtUp('again')
    await subscriptions.remove('again')
    while ((await subscriptions.get('again')) === undefined) await sleep(10)
    await log.publish(placed, 2)
    await subscriptions.caughtUp('again')
    assert.deepEqual(heard, [1, 2])
  })

  it('is given the dead letters of one task in their order, one after the other', async () => {
    const handled: unknown[] = []
    let isBroken = true
    const subscriber = defineSubscriber({
      name: 'letters',
      durable: true,
      retry: { limit: 1 },
      on: {
        'step.*': async (event) => {
          if (isBroken) throw new Error('no')
          await sleep(Math.random() * 20)
          handled.push(event.position)
        },
      },
    })
    const { subscriptions } = await open(subscriber)
    await tasker.run(pair, {})
    await subscriptions.caughtUp('letters')
    isBroken = false
    const count = await subscriptions.deadLetters.retry({ subscription: 'letters' })
    await subscriptions.caughtUp('letters')
    assert.equal(handled.length, count)
    assert.deepEqual(handled, [...handled].sort())
  })

  it('fails on an event whose error cannot be read, or whose writes are refused at the commit only, and goes on', async () => {
    const nasty = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('boo')
      },
    })
    let table = ''
    const maker = definePlugin({
      name: 'maker',
      version: '1.0.0',
      setup: async ({ database }) => {
        table = `"${database.schema}".deferred`
        await database.query(`create table if not exists ${table} (n int unique deferrable initially deferred)`)
        return {}
      },
    })
    const subscriber = defineSubscriber({
      name: 'nasty',
      durable: true,
      transactional: true,
      retry: { limit: 1 },
      on: {
        'order.placed': async (event) => {
          const { n } = event.payload as { n: number }
          if (n === 1) throw nasty
          await event.tx.query(`insert into ${table} values ($1)`, [n % 10])
        },
      },
    })
    const { subscriptions, log } = await open(subscriber, { plugins: [maker] })
    for (const n of [0, 1, 2, 12, 3]) await log.publish(placed, { n })
    await subscriptions.caughtUp('nasty')
    const { items } = await subscriptions.deadLetters.list()
    const lost = items.map(({ event }) => (event.payload as unknown as { n: number }).n)
    assert.ok(lost.includes(1))
    // Which of the two comes first is not said: they belong to no task.
    assert.equal(lost.filter((n) => n === 2 || n === 12).length, 1)
    assert.equal(lost.length, 2)
    const rows = await runSql(tasker.database, 'select n from SCHEMA.deferred order by n')
    assert.deepEqual(
      rows.map(({ n }) => n),
      [0, 2, 3],
    )
    await runSql(tasker.database, 'drop table SCHEMA.deferred')
  })
})
