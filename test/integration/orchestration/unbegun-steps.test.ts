import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { unbegunSteps } from '../../../core/orchestration/unbegun-steps.js'
import { openTestTasker } from '../../support/test-tasker.js'

const task = defineTask({ name: 'varied' })
  .step('plain', async () => 1)
  .step(
    'stubborn',
    { dependsOn: ['plain'], retry: { limit: 7 }, timeoutMs: 1_234, dependentSystem: 'gateway' },
    async () => 2,
  )
  .step('final', { dependsOn: ['plain', 'stubborn'], retryable: false, skippable: true }, async () => 3)

describe('The steps of a task of which nothing has happened yet', () => {
  it('are known from its definition as the store has them', async () => {
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task, { runAt: new Date(t.clock.now() + 3_600_000) })
    const { steps: stored, ...record } = (await t.tasks.get(created))!
    const known = unbegunSteps(record, task.definition)
    assert.deepEqual(
      known?.map(({ resultEntry: _entry, resultIndex: _index, ...step }) => ({ ...step, results: null })),
      stored,
    )
    assert.equal(new Set([record.id, ...stored.map(({ id }) => id)]).size, 4)
  })

  it('are not known once something has happened, by another definition, or without one', async () => {
    await using t = await openTestTasker({ handlers: [task] })
    const { steps: _steps, ...done } = await t.tasks.wait(await t.tasks.create(task))
    assert.equal(unbegunSteps(done, task.definition), undefined)
    const begunAtOnce = { ...done, logEntry: 1 }
    assert.equal(unbegunSteps(begunAtOnce, task.definition), undefined)
    const fresh = { ...begunAtOnce, startedAt: null }
    assert.equal(unbegunSteps(fresh, task.definition)?.length, 3)
    assert.equal(unbegunSteps(fresh, { ...task.definition, hash: 'other' }), undefined)
    assert.equal(unbegunSteps(fresh, undefined), undefined)
  })

  it('are not read when a worker claims it, and those of others are', async () => {
    await using t = await openTestTasker({ handlers: [task] })
    const statements: string[] = []
    t.faults.onStatement(({ name }) => {
      statements.push(name)
      return undefined
    })
    const later = { runAt: new Date(t.clock.now() + 3_600_000) }
    const [untouched, touched] = [await t.tasks.create(task, later), await t.tasks.create(task, later)]
    await t.clock.advance('1h')
    assert.equal((await t.tasks.wait(untouched)).state, 'complete')
    assert.equal((await t.tasks.wait(touched)).state, 'complete')
    assert.ok(statements.includes('claimDue/1'))
    assert.ok(!statements.includes('claimDue/2'))
    const skipped = await t.tasks.create(task, { runAt: new Date(t.clock.now() + 3_600_000) })
    await t.steps.skip({ task: skipped, step: 'final' }, { reason: 'not today' })
    await t.clock.advance('1h')
    assert.equal((await t.tasks.wait(skipped)).state, 'complete')
    assert.ok(statements.includes('claimDue/2'))
  })
})
