import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

/** A row that nothing would ever wake, what is found about it, and what is done. */
const contradictions = [
  {
    what: 'has neither an owner nor a due time',
    row: 'due_at = null',
    finding: 'pending without an owner and without a due time',
    action: 'requeued',
  },
  {
    what: 'is parked and will not be looked at again',
    row: `parked = 'paused', due_at = null`,
    finding: 'parked (paused) without a time to look again',
    action: 'requeued',
  },
  {
    what: 'is parked and will be looked at again tomorrow',
    row: `parked = 'limit', due_at = now() + interval '1 day'`,
    finding: 'parked (limit) and not to be looked at again within a minute',
    action: 'requeued',
  },
  {
    what: 'is owned by a worker that does not exist',
    row: `owner_id = 'nobody', epoch = 1`,
    finding: 'its owner nobody is gone',
    action: 'reclaimed',
  },
  {
    what: 'is in progress, and owned by nobody',
    row: `state = 'in_progress', started_at = now(), due_at = null`,
    finding: 'in_progress without an owner and without a due time',
    action: 'requeued',
  },
]

describe('A task that', () => {
  let t: TestTasker
  const job = defineTask({ name: 'job' }).step('only', async () => 'ran')

  before(async () => {
    t = await openTestTasker({
      handlers: [job],
      clock: 'system',
      execution: { sweepIntervalMs: 50, pollIntervalMs: 50 },
    })
  })
  after(() => t.stop())

  for (const { what, row, finding, action } of contradictions)
    it(`${what} is found and run, and it is told`, async () => {
      const { id } = await t.tasks.create(job, { runAt: new Date(Date.now() + 3_600_000) })
      await runSql(t.database, `update SCHEMA.tasks set ${row} where id = '${id}'`)
      const ended = await t.tasks.wait(id, { timeoutMs: 10_000 })
      assert.equal(ended.state, 'complete')
      const told = t.events.of('workflow.task_state_unclear').filter(({ taskId }) => taskId === id)
      assert.deepEqual([told[0]?.payload.finding, told[0]?.payload.action], [finding, action])
      const [row_] = await runSql(t.database, `select due_at, parked, owner_id from SCHEMA.tasks where id = '${id}'`)
      assert.deepEqual(row_, { due_at: null, parked: null, owner_id: null })
    })

  it('is in a namespace that its only worker is not pinned to says so', async () => {
    const there = defineTask({ namespace: 'there', name: 'job' }).step('only', async () => 'ran')
    await using pinned = await openTestTasker({ handlers: [job, there], worker: { namespaces: ['default'] } })
    assert.equal((await pinned.run(job)).state, 'complete')
    const { id } = await pinned.run(there)
    const task = await pinned.tasks.get(id)
    assert.deepEqual([task?.state, task?.parked], ['pending', 'no_worker'])
  })
})
