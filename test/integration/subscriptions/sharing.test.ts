import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, before, beforeEach, describe, it } from 'mocha'
import { createTasker, defineSubscriber, defineTask, type Tasker, type TaskerEvent } from '../../../core/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'

const pair = defineTask({ name: 'pair' })
  .step('first', async () => ({ n: 1 }))
  .step('second', { dependsOn: ['first'] }, async () => ({ n: 2 }))

describe('A durable subscriber that several workers have', () => {
  let schema: string
  let taskers: Tasker[]
  /** By worker. */
  let heard: TaskerEvent<string>[][]

  const join = async (options: object = {}): Promise<Tasker> => {
    const mine: TaskerEvent<string>[] = []
    heard.push(mine)
    const recorder = defineSubscriber({
      name: 'recorder',
      durable: true,
      on: { '*': (event) => void mine.push(event) },
      ...options,
    })
    const tasker = await createTasker({
      discovery: { packages: false },
      handlers: [pair],
      subscribers: [recorder],
      logging: { level: 'error' },
      database: { url: testDatabaseUrl()!, schema },
      subscriptions: { lookIntervalMs: 60_000 },
      execution: { leaseMs: 1_000, heartbeatIntervalMs: 200 },
    })
    taskers.push(tasker)
    await tasker.start()
    return tasker
  }
  const run = async (tasker: Tasker, count: number): Promise<void> => {
    const tasks = await tasker.tasks.createMany(
      pair,
      Array.from({ length: count }, () => ({})),
    )
    await Promise.all(tasks.map((task) => tasker.tasks.wait(task)))
    await tasker.subscriptions.caughtUp('recorder')
  }
  const sharesOf = async (tasker: Tasker) => {
    const { shards } = (await tasker.subscriptions.get('recorder'))!
    return taskers.map(({ workerId }) => shards.filter((shard) => shard.workerId === workerId).length)
  }
  const until = async (isDone: () => Promise<boolean>) => {
    while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const names = (events: readonly TaskerEvent<string>[]) => {
    const byTask = new Map<string, string[]>()
    for (const { taskId, position } of events) byTask.set(taskId!, [...(byTask.get(taskId!) ?? []), position!])
    return byTask
  }

  before(function () {
    if (testDatabaseUrl() === undefined) this.skip()
  })
  beforeEach(() => {
    schema = `test_${randomBytes(6).toString('hex')}`
    taskers = []
    heard = []
  })
  afterEach(async () => {
    await Promise.all(taskers.map((tasker) => tasker.stop()))
    if (taskers.length > 0) await runSql(taskers[0]!.database, `drop schema SCHEMA, "${schema}_queue" cascade`)
  })

  it('is given back where the answer to a claim of it was lost', async () => {
    const first = await join()
    const second = await join()
    await until(async () => (await sharesOf(first)).every((count) => count === 8))
    // As if the first had claimed what the second has, and not heard of it.
    await runSql(
      first.database,
      `update SCHEMA.subscription_shards set worker_id = '${first.workerId}', epoch = epoch + 1 where worker_id = '${second.workerId}'`,
    )
    assert.deepEqual(await sharesOf(first), [16, 0])
    await run(first, 6)
    await until(async () => (await sharesOf(first)).every((count) => count === 8))
    assert.equal(names(heard.flat()).size, 6)
  })

  it('is divided among them, and each event goes to one', async () => {
    const first = await join()
    assert.deepEqual(await sharesOf(first), [16])
    const second = await join()
    await until(async () => (await sharesOf(first)).join() === '8,8')
    await run(first, 100)
    await second.subscriptions.caughtUp()
    const all = heard.flat()
    assert.equal(new Set(all.map(({ position }) => position)).size, all.length)
    assert.ok(heard[0]!.length > 0 && heard[1]!.length > 0)
    for (const positions of names(all).values()) assert.deepEqual(positions, [...positions].sort())
    assert.equal(names(all).size, 100)
    // Of one task all to one of them.
    const tasks = heard.map((events) => new Set(events.map(({ taskId }) => taskId)))
    assert.ok([...tasks[0]!].every((task) => !tasks[1]!.has(task)))
  })

  it('goes on with one of them when the other stops, and nothing is delivered twice', async () => {
    const first = await join()
    await join()
    await until(async () => (await sharesOf(first)).join() === '8,8')
    const running = run(first, 200)
    await taskers[1]!.stop()
    await running
    await until(async () => (await sharesOf(first)).join() === '16,0')
    await first.subscriptions.caughtUp()
    const all = heard.flat()
    assert.equal(names(all).size, 200)
    assert.equal(new Set(all.map(({ position }) => position)).size, all.length)
  })

  it('is told of what a process has written that has no subscriber, and does not even work', async () => {
    const first = await join()
    const writer = await createTasker({
      discovery: { packages: false },
      handlers: [pair],
      logging: { level: 'error' },
      database: { url: testDatabaseUrl()!, schema },
    })
    taskers.push(writer)
    // Nobody looks by himself in the time of this test.
    const task = await writer.tasks.create(pair, {})
    await first.tasks.wait(task)
    await first.subscriptions.caughtUp()
    assert.equal(heard[0]!.at(-1)!.name, 'task.completed')
    const { id } = await writer.tasks.create(pair, { runAt: '2099-01-01T00:00:00Z' })
    await until(async () => heard[0]!.some(({ taskId }) => taskId === id))
  })
})
