import assert from 'node:assert/strict'
import { defineTask, PermanentError, type TaskerError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const actor = { id: 'ada', kind: 'person' } as const
const refusal = (code: string) => (error: TaskerError) => error.code === code

const failing = defineTask({ name: 'failing' })
  .step('load', async () => 1)
  .step('charge', { dependsOn: ['load'], retry: { limit: 2 }, skippable: true }, async ({ attempt }) => {
    if (attempt <= 1) throw new PermanentError('declined')
    return 'charged'
  })
  .step('ship', { dependsOn: ['charge'] }, async ({ results }) => results.charge ?? 'without a charge')

/** A task whose first step runs until its signal fires. */
function endless() {
  const begun = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<number>()
  const task = defineTask({ name: 'endless' })
    .step('wait', async ({ signal }) => {
      begun.resolve()
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(Date.now())
          reject(signal.reason)
        })
      })
    })
    .step('after', { dependsOn: ['wait'] }, async () => null)
  return { task, begun: begun.promise, aborted: aborted.promise }
}

describe('A person', () => {
  it('cancels a running task: its handler is told within a second, nothing of it runs on, and it is final', async () => {
    const { task, begun, aborted } = endless()
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await begun
    const askedAt = Date.now()
    const view = await t.tasks.cancel(created, { reason: 'changed my mind', actor })
    assert.ok((await aborted) - askedAt < 1_000)
    assert.equal(view.state, 'cancelled')
    assert.deepEqual(
      view.steps.map(({ state }) => state),
      ['cancelled', 'cancelled'],
    )
    const [event] = t.events.of('task.cancelled')
    assert.deepEqual([event?.payload.reason, event?.payload.actor], ['changed my mind', actor])
    assert.deepEqual(event?.payload.interruptedSteps, ['wait'])
    await assert.rejects(t.tasks.cancel(created), refusal('ILLEGAL_TRANSITION'))
  })

  it('cancels a task that nobody owns', async () => {
    const { task } = endless()
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task, { runAt: new Date(t.clock.now() + 60_000) })
    assert.equal((await t.tasks.cancel(created)).state, 'cancelled')
    await t.clock.advance('2m')
    assert.equal((await t.tasks.get(created))?.state, 'cancelled')
  })

  it('cancels a step with its dependents, and the task ends with STEPS_CANCELLED', async () => {
    const { task, begun } = endless()
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await begun
    await t.steps.cancel({ task: created, step: 'wait' }, { reason: 'enough', actor })
    const view = await t.tasks.wait(created, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.error?.code], ['error', 'STEPS_CANCELLED'])
    assert.deepEqual(
      view.steps.map(({ state }) => state),
      ['cancelled', 'cancelled'],
    )
  })

  it('retries a failed task: the step runs again under the same idempotency key and the task completes', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    assert.equal(run.state, 'error')
    const before = run.steps.charge.idempotencyKey
    await t.tasks.retry(run.id, { reason: 'card renewed', actor })
    const view = await t.tasks.wait(run.id, { timeoutMs: 5_000 })
    assert.equal(view.state, 'complete')
    const charge = view.steps.find(({ name }) => name === 'charge')!
    assert.deepEqual([charge.attempts, charge.results, charge.idempotencyKey], [2, 'charged', before])
  })

  it('raises the limit of an exhausted step by retrying it, and may ask for a new key', async () => {
    let calls = 0
    const task = defineTask({ name: 'stubborn' }).step('try', { retry: { limit: 2, backoffMs: [1] } }, async () => {
      calls += 1
      throw new Error('again')
    })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.deepEqual([run.state, calls], ['error', 2])
    const retried = await t.steps.retry({ task: run.id, step: 'try' }, { newKey: true, actor })
    assert.equal(retried.retryLimit, 4)
    assert.notEqual(retried.idempotencyKey, run.steps.try.idempotencyKey)
    await t.clock.advance('1m')
    assert.deepEqual([(await t.tasks.wait(run.id, { timeoutMs: 5_000 })).state, calls], ['error', 4])
  })

  it('resolves a failed step with results, and its dependents build on them', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    const step = await t.steps.resolve(`${run.id}/charge`, { results: 'paid in cash', reason: 'seen it', actor })
    assert.deepEqual([step.state, step.resolvedHow, step.results], ['resolved_manually', 'by_person', 'paid in cash'])
    const view = await t.tasks.wait(run.id, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.steps[2]?.results], ['complete', 'paid in cash'])
  })

  it('skips a step that may be skipped, and is refused where it may not', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    await assert.rejects(t.steps.skip({ task: run.id, step: 'ship' }), refusal('COMMAND_REFUSED'))
    await t.steps.skip({ task: run.id, step: 'charge' }, { actor })
    const view = await t.tasks.wait(run.id, { timeoutMs: 5_000 })
    assert.deepEqual([view.state, view.steps[2]?.results], ['complete', 'without a charge'])
  })

  it('resolves a failed task as a whole, and it stays so', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    assert.equal((await t.tasks.resolve(run.id, { actor })).state, 'resolved_manually')
    await assert.rejects(t.tasks.retry(run.id), refusal('ILLEGAL_TRANSITION'))
  })

  it('is told when there is no such task or step, with the choices', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    await assert.rejects(t.tasks.cancel('00000000-0000-7000-8000-000000000000'), refusal('TASK_NOT_FOUND'))
    await assert.rejects(t.steps.retry({ task: run.id, step: 'shop' }), /Expected one of load, charge, ship/)
  })

  it('is refused by a hook before anything is stored', async () => {
    await using t = await openTestTasker({ handlers: [failing] })
    const run = await t.run(failing)
    t.hooks.add('beforeCommand', ({ kind, actor }) => {
      if (kind === 'task.retry' && actor.kind !== 'person')
        throw new PermanentError('only people', { code: 'FORBIDDEN' })
    })
    await assert.rejects(t.tasks.retry(run.id, { actor: { id: 'bot', kind: 'agent' } }), refusal('FORBIDDEN'))
    assert.equal((await t.tasks.get(run.id))?.state, 'error')
  })
})
