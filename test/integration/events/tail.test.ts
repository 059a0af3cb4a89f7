import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { defineTask, isTaskerError } from '../../../core/index.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { until } from './observation.js'

const sum = defineTask({ name: 'sum' })
  .step('a', async () => 1)
  .step('b', { dependsOn: ['a'] }, async () => 2)

describe('a tail of the log', () => {
  it('stops at an entry that does not follow the one before it of its task, and names both', async () => {
    await using t = await openTestTasker({ handlers: [sum] })
    const { task: first } = await t.run(sum)
    const { task: second } = await t.run(sum)
    await runSql(t.database, `delete from SCHEMA.event_log where task_id = '${second.id}' and entry = 2`)
    const seen = new Set<string>()
    const reading = (async () => {
      for await (const { taskId } of t.log.tail({ follow: true, signal: AbortSignal.timeout(10_000) }))
        seen.add(taskId!)
    })()
    await assert.rejects(reading, (error) => {
      assert(isTaskerError(error) && error.code === 'LOG_GAP')
      assert.deepEqual([error.details.taskId, error.details.expected, error.details.entry], [second.id, 2, 3])
      return true
    })
    assert.deepEqual([...seen], [first.id, second.id])
  })

  it('takes tasks as they come where it begins in the middle of them', async () => {
    await using t = await openTestTasker({ handlers: [sum] })
    await t.run(sum)
    const all: string[] = []
    for await (const { position } of t.log.tail()) all.push(position!)
    const rest: string[] = []
    for await (const { position } of t.log.tail({ after: all[3]! })) rest.push(position!)
    assert.deepEqual(rest, all.slice(4))
  })

  describe('while a transaction of somebody else is open', () => {
    let foreign: pg.Client
    before(function () {
      if (testDatabaseUrl() === undefined) this.skip()
    })
    beforeEach(async () => {
      foreign = new pg.Client({ connectionString: testDatabaseUrl(), application_name: 'night report' })
      await foreign.connect()
    })
    afterEach(() => foreign.end())

    it('waits for it, whom the health names after some seconds, and then goes on with all there is', async () => {
      await using t = await openTestTasker({ handlers: [sum] })
      const seen: string[] = []
      const stop = new AbortController()
      const reading = (async () => {
        for await (const { name } of t.log.tail({ follow: true, signal: stop.signal })) seen.push(name)
      })()
      await foreign.query('begin')
      const events = JSON.stringify([{ id: '1', name: 'order.late', payload: {} }])
      await foreign.query(`insert into "${t.database.schema}".event_log (events) values ('${events}')`)
      await t.run(sum)
      assert.match(String((await t.health.check()).checks.log?.message), /^undefined$/)
      await sleep(3_200)
      assert.equal(seen.length, 0)
      const { checks, isHealthy } = await t.health.check()
      assert.equal(isHealthy, true, 'this process works')
      assert.match(
        checks.log!.message!,
        /^warning: .*database process \d+ \("night report"\), idle in transaction, open for 3\d+ ms/,
      )
      const { end, oldestWriter } = await t.log.lag()
      assert.deepEqual([end !== undefined, oldestWriter?.application], [true, 'night report'])
      await foreign.query('commit')
      await until(() => seen.includes('task.completed'))
      assert.equal(seen[0], 'order.late')
      assert.match(String((await t.health.check()).checks.log?.message), /^undefined$/)
      stop.abort()
      await reading
    }).timeout(20_000)
  })
})
