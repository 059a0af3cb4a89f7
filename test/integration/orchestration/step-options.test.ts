import assert from 'node:assert/strict'
import { defineTask, RetryableError, type TaskerError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

/** What each option of a step does when it runs; time-outs, limits and skips after a failure stand in running.test.ts. */
describe('an option of a step', () => {
  it('retryable: false ends it at its first failure, whatever its limit and whatever the failure says', async () => {
    const task = defineTask({ name: 'once' }).step('call', { retryable: false, retry: { limit: 5 } }, async () => {
      throw new RetryableError('try again', { retryAfterMs: 10 })
    })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.deepEqual([run.state, run.steps.call.state, run.steps.call.attempts], ['error', 'error', 1])
    assert.equal(run.events.of('step.failed')[0]?.payload.willRetry, false)
    assert.deepEqual(run.events.of('observability.step.max_retries_reached'), [], 'its limit was not reached')
  })

  it('retry.limit counts the first attempt: 1 is none but that', async () => {
    const fail = async () => {
      throw new Error('no')
    }
    const task = defineTask({ name: 'limits' })
      .step('one', { retry: { limit: 1 } }, fail)
      .step('four', { retry: { limit: 4 } }, fail)
      .step('default', fail)
    await using t = await openTestTasker({ handlers: [task] })
    const { steps, events } = await t.run(task)
    assert.deepEqual([steps.one.attempts, steps.four.attempts, steps.default.attempts], [1, 4, 3])
    assert.equal(events.of('observability.step.max_retries_reached').length, 3)
  })

  it('handlerConfig reaches the handler as it is, and cannot be changed there; without it there is an empty one', async () => {
    const handlerConfig = { url: 'https://example.com', deep: { list: [1, 2] } }
    const task = defineTask({ name: 'configured' })
      .step('with', { handlerConfig }, async ({ handlerConfig: given }) => {
        assert.throws(() => (given.deep as { list: number[] }).list.push(3), TypeError)
        return given
      })
      .step('without', async ({ handlerConfig: given }) => given)
    await using t = await openTestTasker({ handlers: [task] })
    const { steps } = await t.run(task)
    assert.deepEqual([steps.with.results, steps.without.results], [handlerConfig, {}])
  })

  it('dependentSystem is told and stored with the step, and is "unknown" where nothing is said', async () => {
    const task = defineTask({ name: 'systems' })
      .step('charge', { dependentSystem: 'gateway' }, async () => 1)
      .step('note', async () => 2)
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.deepEqual(
      run.task.steps.map(({ dependentSystem }) => dependentSystem),
      ['gateway', 'unknown'],
    )
    const told = run.events.of('step.initialize_requested').map(({ payload }) => payload.dependentSystem)
    assert.deepEqual(told, ['gateway', 'unknown'])
  })

  it('timeoutMs is ten minutes where nothing is said', async () => {
    const task = defineTask({ name: 'slow' })
      .step('default', async ({ signal }) => untilAborted(signal))
      .step('short', { timeoutMs: 1_000, retry: { limit: 1 } }, async ({ signal }) => untilAborted(signal))
    await using t = await openTestTasker({ handlers: [task] })
    const { id } = await t.tasks.create(task)
    await t.clock.advance('9m')
    const states = async () => (await t.tasks.get(id))!.steps.map(({ state, attempts }) => [state, attempts])
    assert.deepEqual(await states(), [
      ['in_progress', 1],
      ['error', 1],
    ])
    await t.clock.advance('2m')
    assert.deepEqual((await states())[0], ['in_progress', 2])
  })
})

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

describe('bypassSteps of a request', () => {
  const called: string[] = []
  const task = defineTask({ name: 'bypassed' })
    .step('load', async () => 1)
    .step('check', { dependsOn: ['load'], skippable: true }, async () => {
      called.push('check')
      return 'checked'
    })
    .step('notify', { dependsOn: ['load'], skippable: true }, async () => {
      called.push('notify')
      return 'notified'
    })
    .step('end', { dependsOn: ['check', 'notify'] }, async ({ results }) => results)

  it('are not called, count as done, and give no results to those that depend on them', async () => {
    await using t = await openTestTasker({ handlers: [task] })
    called.length = 0
    const run = await t.run(task, undefined, { bypassSteps: ['check'] })
    assert.equal(run.state, 'complete')
    assert.deepEqual(called, ['notify'])
    const { state, resolvedHow, attempts } = run.steps.check
    assert.deepEqual([state, resolvedHow, attempts], ['resolved_manually', 'skipped', 0])
    assert.deepEqual(run.steps.end.results, { notify: 'notified' })
    assert.deepEqual(run.task.bypassSteps, ['check'])
    assert.equal(run.events.of('observability.step.skip').length, 1)
    assert.equal(run.events.of('task.completed')[0]?.payload.skippedSteps, 1)
    assert.equal((await t.run(task)).steps.check.state, 'complete', 'other tasks do not bypass it')
  })

  it('are refused with what may be bypassed where they do not exist or may not be skipped', async () => {
    await using t = await openTestTasker({ handlers: [task] })
    const isRefused = ({ code, message }: TaskerError) =>
      code === 'BYPASS_REFUSED' && /chek.*load.*may not be skipped.*check, notify/s.test(message)
    await assert.rejects(t.tasks.create(task, { bypassSteps: ['load', 'chek'] }), isRefused)
    assert.deepEqual(Object.values(await t.tasks.count()), [0, 0, 0, 0, 0, 0])
  })
})
