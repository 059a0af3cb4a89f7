import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

describe('What the database refuses', () => {
  it('fails the attempt that brought it for good, with the reason, and everything else is committed', async () => {
    const task = defineTask({ name: 'mixed' })
      .step('fine', async () => 'kept')
      .step('bad', async () => 'poison')
      .step('also_fine', async () => 'kept too')
    const other = defineTask({ name: 'other' }).step('only', async () => 'untouched')
    await using t = await openTestTasker({ handlers: [task, other] })
    // What JSON can hold PostgreSQL stores: a constraint of the test has it refuse something that no check of ours foresees.
    await runSql(t.database, `alter table SCHEMA.event_log add constraint c check (events::text not like '%"poison"%')`)
    const [bad, good] = await Promise.all([t.run(task), t.run(other)])
    assert.equal(good.state, 'complete')
    assert.equal(bad.state, 'error')
    assert.deepEqual([bad.steps.fine.results, bad.steps.also_fine.results], ['kept', 'kept too'])
    assert.deepEqual([bad.steps.bad.state, bad.steps.bad.attempts], ['error', 1])
    assert.equal(bad.steps.bad.error?.code, 'NOT_STORABLE')
    assert.match(bad.steps.bad.error?.message ?? '', /the database refuses/)
    assert.equal(bad.events.of('workflow.step_execution_failed').length, 1)
  })
})

describe('A hook', () => {
  it('that refuses a step keeps its handler from being called, and the step fails for good', async () => {
    let calls = 0
    const task = defineTask({ name: 'guarded' })
      .step('open', async () => 1)
      .step('secret', { dependsOn: ['open'] }, async () => {
        calls += 1
        return null
      })
    await using t = await openTestTasker({ handlers: [task] })
    t.hooks.add('beforeStepExecute', ({ stepName }) => {
      if (stepName === 'secret') throw new PermanentError('not for you', { code: 'FORBIDDEN' })
    })
    const run = await t.run(task)
    assert.equal(calls, 0)
    assert.deepEqual([run.state, run.steps.secret.attempts], ['error', 0])
    assert.equal(run.steps.secret.error?.code, 'FORBIDDEN')
  })

  it('wraps the handler, the first added outermost, and sees how the step ended', async () => {
    const seen: string[] = []
    const task = defineTask({ name: 'wrapped' }).step('only', async () => {
      seen.push('handler')
      return 1
    })
    await using t = await openTestTasker({ handlers: [task] })
    t.hooks.add('aroundStepExecute', async (_context, next) => {
      seen.push('outer in')
      const results = await next()
      seen.push('outer out')
      return (results as number) + 1
    })
    t.hooks.add('aroundStepExecute', async (_context, next) => {
      seen.push('inner')
      return next()
    })
    t.hooks.add('afterStepExecute', (_context, { outcome }) => seen.push(outcome))
    const run = await t.run(task)
    assert.deepEqual(seen, ['outer in', 'inner', 'handler', 'outer out', 'complete'])
    assert.equal(run.steps.only.results, 2)
  })
})
