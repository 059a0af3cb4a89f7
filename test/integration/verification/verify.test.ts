import assert from 'node:assert/strict'
import { type Difference, defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { corruptions } from './corruptions.js'

const order = defineTask({ name: 'order' })
  .step('load', async () => ({ total: 99.9 }))
  .step('charge', { dependsOn: ['load'], retry: { limit: 2 } }, async ({ attempt }) => {
    if (attempt === 1) throw new Error('the bank does not answer')
    return { paid: true }
  })

describe('verify', function () {
  this.timeout(60_000)

  it('finds nothing in an empty database', async () => {
    await using t = await openTestTasker()
    assert.deepEqual(await t.verify(), { tasks: 0, events: 0, differences: [], stuck: [], isWhole: true })
  })

  it('never finds a difference that is none while workers change what it reads', async () => {
    const quick = defineTask({ name: 'quick' })
      .step('a', async () => 'x'.repeat(40_000))
      .step('b', { dependsOn: ['a'] }, async () => null)
      .step('c', { dependsOn: ['b'], skippable: true }, async () => [1, 2])
    await using t = await openTestTasker({ handlers: [quick], clock: 'system' })
    let created = 0
    let isWanted = true
    const runAll = async () => {
      for (; isWanted; created += 20)
        await Promise.all(Array.from({ length: 20 }, () => t.tasks.create(quick).then((task) => t.tasks.wait(task))))
    }
    const running = runAll()
    for (let runs = 0; runs < 5; runs++) {
      const { differences, stuck } = await t.verify({ graceMs: 0 })
      assert.deepEqual([differences, stuck], [[], []])
    }
    isWanted = false
    await running
    const { tasks, differences } = await t.verify()
    assert.deepEqual([tasks, differences], [created, []])
  })

  it('rebuilds a task of more entries than it reads at once, and reports its progress', async () => {
    let long = defineTask({ name: 'long' }).step('s0', async () => 0)
    for (let n = 1; n < 520; n++) {
      long = long.step(`s${n}`, { dependsOn: [`s${n - 1}` as never] }, async () => n) as unknown as typeof long
    }
    await using t = await openTestTasker({ handlers: [long] })
    await t.run(long)
    const phases: string[] = []
    const report = await t.verify({ onProgress: ({ phase }) => phases.push(phase) })
    assert.deepEqual([report.tasks, report.differences, report.stuck], [1, [], []])
    assert(report.events > 1040, String(report.events))
    assert.deepEqual(phases, ['tasks', 'log'])
  })

  it('stops where its signal says so, and where enough was found', async () => {
    await using t = await openTestTasker({ handlers: [order] })
    for (let i = 0; i < 3; i++) await t.run(order)
    await assert.rejects(t.verify({ signal: AbortSignal.abort(new Error('enough')) }), /enough/)
    await runSql(t.database, `update SCHEMA.tasks set priority = 5`)
    const report = await t.verify({ limit: 2 })
    assert.equal(report.differences.length, 2)
    assert.equal((await t.verify()).differences.length, 3)
  })

  it('looks only at what the filter selects', async () => {
    const other = defineTask({ namespace: 'other', name: 'small' }).step('only', async () => null)
    await using t = await openTestTasker({ handlers: [order, other] })
    const { task: first } = await t.run(order)
    await t.clock.advance('1h')
    const { task: second } = await t.run(other)
    const tasksOf = async (filter: NonNullable<Parameters<typeof t.verify>[0]>['filter']) =>
      (await t.verify({ ...(filter ? { filter } : {}) })).tasks
    assert.equal(await tasksOf(undefined), 2)
    assert.equal(await tasksOf({ namespace: 'other' }), 1)
    assert.equal(await tasksOf({ since: second.createdAt }), 1)
    assert.equal(await tasksOf({ since: new Date(first.createdAt) }), 2)
    await runSql(t.database, `update SCHEMA.tasks set priority = 5 where id = '${first.id}'`)
    assert.equal((await t.verify({ filter: { taskId: second.id } })).differences.length, 0)
    assert.equal((await t.verify({ filter: { taskId: first.id } })).differences.length, 1)
    await runSql(t.database, `delete from SCHEMA.tasks where id = '${first.id}'`)
    assert.equal((await t.verify({ filter: { taskId: second.id } })).differences.length, 0)
    assert.equal((await t.verify({ filter: { taskId: first.id } })).differences[0]?.kind, 'task_missing')
  })

  describe('finds, and names with task, step, field and both values,', () => {
    let t: TestTasker
    let differences: Map<string, Difference[]>
    const taskIds = new Map<string, string>()

    before(async () => {
      t = await openTestTasker({ handlers: [order] })
      // Two partitions, so that one entry can stand twice: within one the database itself refuses that.
      const range = `for values from ('2200-01-01') to ('2201-01-01')`
      await runSql(t.database, `create table SCHEMA.event_log_late partition of SCHEMA.event_log ${range}`)
      for (const { name } of corruptions) {
        const run = await t.run(order, { orderId: 7, password: 'secret' })
        assert.equal(run.task.logEntry, 5)
        taskIds.set(name, run.task.id)
      }
      const clean = await t.verify({ graceMs: 0 })
      assert.deepEqual([clean.differences, clean.stuck], [[], []])
      for (const { name, sql } of corruptions) {
        await runSql(t.database, sql.replaceAll('TASK', taskIds.get(name)!))
      }
      const report = await t.verify({ graceMs: 0 })
      differences = Map.groupBy(report.differences, ({ taskId }) => taskId)
    })
    after(() => t.stop())

    for (const { name, found } of corruptions) {
      it(name, () => {
        const actual = differences.get(taskIds.get(name)!) ?? []
        assert.deepEqual(
          actual.slice(0, found.length).map((difference, index) => only(difference, found[index]!)),
          found,
        )
        if (!name.includes('cannot have happened')) assert.equal(actual.length, found.length, JSON.stringify(actual))
        for (const { message, taskId, step = '' } of actual) {
          assert(message.includes(taskId) && message.includes(step) && !message.includes('\n'), message)
          assert(!message.includes('secret') && !message.includes('other'), message)
        }
      })
    }

    it('and nothing else', () => {
      assert.deepEqual([...differences.keys()].sort(), [...taskIds.values()].sort())
    })
  })
})

/** The members of a difference that an expectation names. */
function only(difference: Difference, expected: Partial<Difference>): Partial<Difference> {
  return Object.fromEntries(Object.keys(expected).map((key) => [key, difference[key as keyof Difference]]))
}
