import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { readLog, until } from '../events/observation.js'
import { ageLog, countRows } from './aged-log.js'

const hourMs = 3_600_000
const sum = defineTask({ name: 'sum' })
  .step('a', async () => ({ a: 1 }))
  .step('b', { dependsOn: ['a'] }, async () => ({ b: 2 }))
const broken = defineTask({ name: 'broken' }).step('only', async () => {
  throw new PermanentError('no')
})
const handlers = [sum, broken]

async function clean(t: TestTasker): Promise<void> {
  const { differences, stuck } = await t.verify({ graceMs: 0 })
  assert.deepEqual([differences, stuck], [[], []])
}

/** Two old tasks, one in error, one that waits for its time, one event without a task; then one that has just ended. */
async function fill(t: TestTasker) {
  const old = [(await t.run(sum)).task.id, (await t.run(sum)).task.id]
  const { task: failed } = await t.run(broken)
  const later = await t.tasks.create(sum, { runAt: new Date(t.clock.now() + 100 * hourMs) })
  await runSql(t.database, `insert into SCHEMA.event_log (events) values ('[{"name": "order.seen"}]')`)
  await t.clock.advance('2h')
  const { task: young } = await t.run(sum)
  return { old, failed: failed.id, later: later.id, young: young.id }
}

describe('retention', function () {
  this.timeout(60_000)

  it('takes old finished tasks, rows and log, and leaves all others', async () => {
    await using t = await openTestTasker({ handlers })
    const { old, failed, later, young } = await fill(t)
    await runSql(
      t.database,
      `insert into SCHEMA.commands select gen_random_uuid(), id, 'task.cancel', null, '', '{}', '{}', now(), '{}' from SCHEMA.tasks`,
    )
    const entries = await countRows(t.database, 'event_log', `task_id in ('${old.join("','")}')`)
    assert.deepEqual(await t.retention.plan({ finishedTasksMs: hourMs }), { tasks: 2, partitions: [] })
    const taken = await t.retention.run({ finishedTasksMs: hourMs })
    assert.deepEqual(taken, { tasks: 2, entries, moved: 0, partitions: [], isHolder: true })
    for (const id of old) {
      for (const table of ['steps', 'commands', 'event_log']) {
        assert.equal(await countRows(t.database, table, `task_id = '${id}'`), 0, table)
      }
      assert.equal(await t.tasks.get(id), undefined)
    }
    for (const id of [failed, later, young]) {
      assert.notEqual(await t.tasks.get(id), undefined)
      assert.equal(await countRows(t.database, 'commands', `task_id = '${id}'`), 1)
    }
    await runSql(t.database, 'delete from SCHEMA.commands')
    await clean(t)
    assert.equal((await t.retention.run({ finishedTasksMs: hourMs })).tasks, 0)
  })

  it('drops a partition when the entries of tasks that stay have moved forward, with ids, positions and results', async () => {
    await using t = await openTestTasker({ handlers })
    const { young } = await fill(t)
    await ageLog(t.database)
    const before = (await readLog(t)).filter(({ taskId }) => taskId === young)
    const { moved, partitions, tasks, entries } = await t.retention.run({ finishedTasksMs: hourMs })
    assert.deepEqual([tasks, partitions], [2, ['event_log_old']])
    assert.equal(await countRows(t.database, 'event_log'), moved)
    assert.equal(await countRows(t.database, 'event_log', 'task_id is null'), 0, 'events without a task go with it')
    assert(entries > 2)
    assert.deepEqual(
      (await readLog(t)).filter(({ taskId }) => taskId === young),
      before,
    )
    const view = await t.tasks.get(young)
    assert.deepEqual(
      view!.steps.map(({ results }) => results),
      [{ a: 1 }, { b: 2 }],
    )
    await clean(t)
  })

  it('goes through many tasks in small batches, those between them that stay included', async () => {
    await using t = await openTestTasker({ handlers, retention: { batchSize: 3 } })
    const kept: string[] = []
    for (let n = 0; n < 10; n++) {
      await t.run(sum)
      if (n % 3 === 0) kept.push((await t.run(broken)).task.id)
    }
    await t.clock.advance('2h')
    const steps: number[] = []
    const { tasks } = await t.retention.run({ finishedTasksMs: hourMs, onProgress: (taken) => steps.push(taken.tasks) })
    assert.equal(tasks, 10)
    assert.deepEqual([...new Set(steps)], [3, 6, 9, 10])
    const { items } = await t.tasks.list()
    assert.deepEqual(items.map(({ id }) => id).sort(), kept.sort())
    await clean(t)
  })

  it('stops where its signal says so, and needs a number of somebody', async () => {
    await using t = await openTestTasker({ handlers, retention: { batchSize: 1 } })
    await fill(t)
    await assert.rejects(t.retention.run(), { code: 'RETENTION_NOT_SET' })
    const stop = new AbortController()
    const onProgress = () => stop.abort()
    const taken = await t.retention.run({ finishedTasksMs: hourMs, signal: stop.signal, onProgress })
    assert.equal(taken.tasks, 1)
    await clean(t)
    assert.equal((await t.retention.run({ finishedTasksMs: hourMs })).tasks, 1)
  })

  it('runs by itself in a worker, and makes partitions, where the configuration says so', async () => {
    const settings = {
      handlers,
      retention: { finishedTasksMs: 60_000 },
      log: { upkeep: true },
      clock: 'system' as const,
    }
    await using t = await openTestTasker(settings)
    const { task } = await t.run(sum)
    await runSql(
      t.database,
      `update SCHEMA.tasks set created_at = created_at - interval '2 h', completed_at = completed_at - interval '2 h'`,
    )
    await until(async () => (await t.tasks.get(task)) === undefined)
    const [row] = await runSql(
      t.database,
      `select count(*)::int as count from pg_inherits where inhparent = 'SCHEMA.event_log'::regclass`,
    )
    assert((row!.count as number) >= 3, 'the default one, and those made ahead of time')
  })

  it('is done by one at a time', async () => {
    await using t = await openTestTasker({ handlers, retention: { batchSize: 1 } })
    await fill(t)
    await runSql(t.database, `update SCHEMA.log_retention set holder = 'another', lease_ms = 60000, held_at = now()`)
    const nothing = { tasks: 0, entries: 0, moved: 0, partitions: [], isHolder: false }
    assert.deepEqual(await t.retention.run({ finishedTasksMs: hourMs }), nothing)
    await runSql(t.database, `update SCHEMA.log_retention set held_at = now() - interval '61 s'`)
    assert.equal(
      (await t.retention.run({ finishedTasksMs: hourMs })).tasks,
      2,
      'one that is silent for too long is lost',
    )
    await clean(t)
  })

  describe('and readers of the log', () => {
    it('tells one that goes on at a position how much it has missed', async () => {
      await using t = await openTestTasker({ handlers })
      const { old, young } = await fill(t)
      const log = await readLog(t)
      const ofOld = log.filter(({ taskId }) => old.includes(taskId!))
      const positionBefore = log[0]!.position!
      const lastLost = ofOld.at(-1)!.position!
      await t.retention.run({ finishedTasksMs: hourMs })
      const entriesBehind = new Set(ofOld.map(({ position }) => position!.split('.')[0])).size - 1
      const reading = async (after?: string) => {
        const names: string[] = []
        for await (const { taskId } of t.log.tail({ ...(after ? { after } : {}) })) names.push(taskId ?? 'none')
        return names
      }
      await assert.rejects(reading(positionBefore), (error: Error & { details?: Record<string, unknown> }) => {
        assert.equal((error as { code?: string }).code, 'LOG_EXPIRED')
        assert.equal(error.details?.lostId, String(Number(lastLost.split('.')[0])))
        const lostAtMost = error.details?.lostAtMost as number
        assert(lostAtMost >= entriesBehind && lostAtMost <= entriesBehind + 2, `${lostAtMost} of ${entriesBehind}`)
        assert.match(error.message, /up to \d+ entries.*from the beginning/)
        return true
      })
      assert((await reading(lastLost)).includes(young), 'whoever had read all that was lost has missed nothing')
      assert((await reading()).includes(young), 'from the beginning is from the beginning of what is kept')
    })

    it('lets one that began at the beginning read on while it takes what comes next, and no longer when it was at the end', async () => {
      await using t = await openTestTasker({ handlers })
      await fill(t)
      // More than a page of events without a task, old for the clock of the database.
      const insert = `insert into SCHEMA.event_log (events, logged_at) select '[{"name": "order.seen"}]', '2020-01-01' from generate_series(1, 500)`
      await runSql(t.database, insert)
      const { task: behind } = await t.run(sum)
      const seen: (string | undefined)[] = []
      const stop = new AbortController()
      let lost = 0
      const follow = async () => {
        for await (const { taskId } of t.log.tail({ follow: true, signal: stop.signal })) {
          if (seen.length === 0) lost = (await t.retention.run({ finishedTasksMs: hourMs })).entries
          seen.push(taskId)
        }
      }
      const expired = assert.rejects(follow(), { code: 'LOG_EXPIRED' })
      await until(() => seen.includes(behind.id))
      assert(lost > 500)
      // It is at the end now: what is lost from here on, it must be told.
      await new Promise((resolve) => setTimeout(resolve, 250))
      await runSql(t.database, 'update SCHEMA.log_retention set lost_id = 1000000')
      await expired
    })

    it('is verified clean while it runs', async () => {
      await using t = await openTestTasker({ handlers, retention: { batchSize: 2 } })
      for (let n = 0; n < 15; n++) await t.run(sum)
      await t.run(broken)
      await ageLog(t.database)
      await t.clock.advance('2h')
      let isRunning = true
      const running = t.retention.run({ finishedTasksMs: hourMs }).finally(() => {
        isRunning = false
      })
      for (let runs = 0; isRunning || runs === 0; runs++) await clean(t)
      assert.deepEqual((await running).partitions, ['event_log_old'])
      await clean(t)
    })
  })
})
