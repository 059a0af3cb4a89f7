import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const chain = defineTask({ name: 'chain' })
  .step('load', async () => ({ total: 99.9 }))
  .step('charge', { dependsOn: ['load'], retry: { limit: 3 }, timeoutMs: 60_000 }, async ({ results }) => ({
    charged: results.load.total,
  }))

const minuteMs = 60_000

describe('faults of a test', () => {
  it('let a step hang until its time-out, and the time pass that this takes', async () => {
    await using t = await openTestTasker({ handlers: [chain], backoff: { delaysMs: [1_000], jitter: 0 } })
    const before = t.clock.now()
    t.faults.hangStep('charge')
    const run = await t.run(chain)
    assert.equal(run.state, 'complete')
    assert.deepEqual(run.events.story('step.failed'), ['step.failed charge: STEP_TIMEOUT'])
    assert.equal(t.clock.now() - before, minuteMs + 1_000)
  })

  it('call a handler late by the clock of the test', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const before = t.clock.now()
    t.faults.delayStep('load', '5m')
    assert.equal((await t.run(chain)).steps.load.attempts, 1)
    assert.equal(t.clock.now() - before, 5 * minuteMs)
  })

  it('have an attempt fail after a while, with the error that the test names', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const before = t.clock.now()
    t.faults.failStep('charge', { error: new PermanentError('the card is blocked'), after: '30s' })
    const run = await t.run(chain)
    assert.equal(run.steps.charge.error?.message, 'the card is blocked')
    assert.equal(t.clock.now() - before, 30_000)
  })

  it('have commits refused, and each is made good in the end', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    t.faults.refuseCommits({ times: 2 })
    const run = await t.run(chain)
    assert.equal(run.state, 'complete')
    assert.deepEqual((await t.verify({ graceMs: 0 })).differences, [])
  })

  for (const when of ['before', 'after'] as const) {
    it(`end the connections ${when} a commit, which loses nothing and runs nothing twice`, async () => {
      let calls = 0
      const counted = defineTask({ name: 'counted' }).step('only', async () => ++calls)
      await using t = await openTestTasker({ handlers: [counted] })
      const task = await t.tasks.create(counted, { runAt: new Date(t.clock.now() + minuteMs) })
      t.faults.loseConnections(when)
      await t.clock.advance('1m')
      assert.equal((await t.finish(task)).state, 'complete')
      assert.equal(calls, 1)
    })
  }

  it('lose the worker at the event of a step, or at the one that a test counts to', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    t.faults.crashOn('step.completed', { step: 'charge' })
    const first = await t.run(chain)
    assert.equal(first.steps.charge.ownerLosses, 0)
    t.faults.crashOn('step.execution_requested', { occurrence: 2 })
    const second = await t.run(chain)
    assert.deepEqual([second.steps.load.ownerLosses, second.steps.charge.ownerLosses], [0, 1])
  })

  it('are chosen attempt by attempt and event by event by whoever wants to', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const attempts: string[] = []
    t.faults.onAttempt(({ stepName, attempt }) => {
      attempts.push(`${stepName} ${attempt}`)
      return stepName === 'charge' && attempt === 1 ? { fail: new Error('not yet') } : undefined
    })
    t.faults.onEvent(({ name }) => (name === 'step.failed' ? 'crash' : undefined))
    assert.equal((await t.run(chain)).state, 'complete')
    assert.deepEqual(attempts, ['load 1', 'charge 1', 'charge 2'])
  })
})

describe('recorded events', () => {
  it('tell what happened, a line for each', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    t.faults.failStep('charge')
    const run = await t.run(chain)
    assert.deepEqual(
      run.events.story('step.*').filter((line) => !/handle|transition|initialize/.test(line)),
      [
        'step.execution_requested load',
        'step.completed load',
        'step.execution_requested charge',
        'step.failed charge: INJECTED_FAULT',
        'step.retry_requested charge',
        'step.execution_requested charge, attempt 2',
        'step.completed charge, attempt 2',
      ],
    )
  })

  it('are waited for, whether they came already or come later', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const later = t.events.waitFor('step.completed', { where: ({ payload }) => payload.stepName === 'charge' })
    await t.tasks.create(chain)
    const event = await later
    assert.equal(event.payload.stepName, 'charge')
    assert.equal(await t.events.waitFor('step.completed', { occurrence: 2 }), event)
  })

  it('say what came instead of one that did not', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    await t.run(chain)
    await assert.rejects(t.events.waitFor('task.failed', { timeoutMs: 20 }), {
      code: 'EVENT_NOT_SEEN',
      message: /No event task\.failed was published within 20 ms.*the last events were .*observability\.task\.handle/s,
    })
  })
})

describe('a task that exists', () => {
  it('is run to its end', async () => {
    await using t = await openTestTasker({ handlers: [chain] })
    const task = await t.tasks.create(chain, { runAt: new Date(t.clock.now() + minuteMs) })
    assert.equal((await t.finish(task)).state, 'complete')
    await assert.rejects(t.finish('01890a5d-ac96-774b-bcce-b302099a8057'), { code: 'TASK_NOT_FOUND' })
  })

  it('goes on after a restart that drains its worker, and no attempt counts as lost', async () => {
    const begun = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow' })
      .step('first', async () => begun.resolve())
      .step('second', { dependsOn: ['first'] }, async () => 'done')
    await using t = await openTestTasker({ handlers: [slow] })
    const task = await t.tasks.create(slow)
    await begun.promise
    await t.restart({ drain: true })
    const run = await t.finish(task)
    assert.equal(run.state, 'complete')
    assert.deepEqual(
      run.task.steps.map(({ ownerLosses }) => ownerLosses),
      [0, 0],
    )
  })
})
