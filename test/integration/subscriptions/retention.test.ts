import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { defineSubscriber, defineTask, type TaskerEvent } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { ageLog, countRows } from '../upkeep/aged-log.js'

const one = defineTask({ name: 'one' }).step('only', async () => ({ n: 1 }))
const old = { finishedTasksMs: 60_000 }

describe('Retention and durable subscribers', function () {
  this.timeout(60_000)
  let tasker: TestTasker
  let heard: TaskerEvent<string>[]
  let isBroken: boolean

  beforeEach(async () => {
    heard = []
    isBroken = false
    const recorder = defineSubscriber({
      name: 'recorder',
      durable: true,
      retry: { limit: 100, backoffMs: [86_400_000], maxBackoffMs: 86_400_000 },
      on: {
        '*': (event) => {
          if (isBroken) throw new Error('not now')
          heard.push(event)
        },
      },
    })
    tasker = await openTestTasker({ handlers: [one], subscribers: [recorder] })
  })
  afterEach(() => tasker.stop())

  const finishSome = async (): Promise<void> => {
    for (let count = 0; count < 3; count++) await tasker.run(one, {})
    await tasker.clock.advance('1h')
  }
  /** As if no worker had had it for as long as it is waited for. */
  const forget = () => runSql(tasker.database, "update SCHEMA.subscriptions set seen_at = now() - interval '1 year'")

  it('keeps what one has not read, and takes it when it has', async () => {
    const { subscriptions, retention } = tasker
    await subscriptions.pause('recorder')
    await finishSome()
    assert.equal((await retention.run(old)).tasks, 0)
    await subscriptions.resume('recorder')
    await subscriptions.caughtUp('recorder')
    assert.equal((await retention.run(old)).tasks, 3)
  })

  it('keeps the tasks of which an event waits to be tried again', async () => {
    const { subscriptions, retention } = tasker
    isBroken = true
    await tasker.run(one, {})
    while ((await subscriptions.get('recorder'))!.heldTasks === 0)
      await new Promise((resolve) => setTimeout(resolve, 10))
    isBroken = false
    await finishSome()
    while ((await subscriptions.get('recorder'))!.lag.entries > 0)
      await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal((await retention.run(old)).tasks, 3)
    assert.equal(await countRows(tasker.database, 'tasks'), 1)
  })

  it('keeps a partition with events without a task that one has not read', async () => {
    const { subscriptions, retention } = tasker
    await subscriptions.pause('recorder')
    await runSql(
      tasker.database,
      `insert into SCHEMA.event_log (events) values ('[{"name": "order.seen", "id": "1", "schemaVersion": 1, "occurredAt": "2026-01-01T00:00:00.000Z", "correlationId": "c", "payload": {}}]')`,
    )
    await ageLog(tasker.database)
    assert.deepEqual((await retention.run(old)).partitions, [])
    await subscriptions.skip('recorder', { to: 'now' })
    assert.equal((await retention.run(old)).partitions.length, 1)
  })

  it('waits no longer for one that no worker has had for long; that one says how much it has lost, and delivers nothing', async () => {
    const { subscriptions, retention } = tasker
    await tasker.run(one, {})
    await subscriptions.caughtUp('recorder')
    await subscriptions.pause('recorder')
    await finishSome()
    await forget()
    assert.equal((await subscriptions.get('recorder'))!.holdsRetention, false)
    await retention.run(old)
    await subscriptions.resume('recorder')
    const behind = (await subscriptions.get('recorder'))!
    assert.equal(behind.state, 'behind')
    assert.ok(behind.lostAtMost > 0)
    await assert.rejects(subscriptions.caughtUp('recorder'), { code: 'SUBSCRIPTION_WAIT' })
    const before = heard.length
    const { task } = await tasker.run(one, {})
    await subscriptions.replay('recorder', { from: 'beginning', reason: 'what is left is enough' })
    await subscriptions.caughtUp('recorder')
    assert.deepEqual([...new Set(heard.slice(before).map(({ taskId }) => taskId))], [task.id])
    assert.equal((await subscriptions.get('recorder'))!.state, 'running')
  })

  it('does not call lost what was gone before it began', async () => {
    await finishSome()
    await tasker.subscriptions.caughtUp('recorder')
    await tasker.retention.run(old)
    const late: string[] = []
    tasker.subscribers.register(
      defineSubscriber({
        name: 'late',
        durable: true,
        from: 'beginning',
        on: { '*': ({ name }) => void late.push(name) },
      }),
    )
    while ((await tasker.subscriptions.list()).length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    await tasker.run(one, {})
    await tasker.subscriptions.caughtUp('late')
    assert.equal(late.at(-1), 'task.completed')
    assert.equal((await tasker.subscriptions.get('late'))!.lostAtMost, 0)
  })
})
