import assert from 'node:assert/strict'
import { defineTask, RetryableError } from 'tasker'
import { openTestTasker } from '../../support/test-tasker.js'

const backoff = { delaysMs: [1_000], maxMs: 60_000, jitter: 0 }

/** Fails four times: what the third asks for is asked by the called system. */
const failing = (attempt: number) => {
  if (attempt === 3) throw new RetryableError('busy', { retryAfterMs: 7_000 })
  if (attempt < 5) throw new Error('not yet')
}

describe('the backoff of a step', () => {
  it('is told with the strategy that gave it, and the due time that is stored', async () => {
    const task = defineTask({ name: 'call' }).step('call', { retry: { limit: 9 } }, ({ attempt }) => failing(attempt))
    await using t = await openTestTasker({ handlers: [task], backoff })
    const { id } = await t.tasks.create(task)
    await t.clock.advance(0)
    const stored = (await t.tasks.get(id))!
    assert.equal(stored.steps[0]!.dueAt, new Date(t.clock.now() + 1_000).toISOString())
    assert.equal(stored.dueAt, stored.steps[0]!.dueAt)
    await t.clock.advance('5m')
    assert.equal((await t.tasks.get(id))!.state, 'complete')
    const told = t.events.payloads('observability.step.backoff')
    assert.deepEqual(
      told.map(({ strategy, delayMs }) => [strategy, delayMs]),
      [
        ['list', 1_000],
        ['exponential', 2_000],
        ['server_requested', 7_000],
        ['exponential', 8_000],
      ],
    )
    const dueTimes = t.events.payloads('step.retry_requested').map(({ dueAt }) => dueAt)
    assert.deepEqual(
      told.map(({ dueAt }) => dueAt),
      dueTimes,
    )
  })

  it('is that of the step, else of the system that it calls, else of the configuration', async () => {
    const once = ({ attempt }: { readonly attempt: number }) => {
      if (attempt === 1) throw new Error('not yet')
    }
    const task = defineTask({ name: 'calls' })
      .step('plain', {}, once)
      .step('calling', { dependentSystem: 'bank' }, once)
      .step('own', { dependentSystem: 'bank', retry: { backoffMs: [3_000] } }, once)
    await using t = await openTestTasker({
      handlers: [task],
      backoff,
      dependentSystems: { bank: { backoff: { delaysMs: [2_000] } } },
    })
    const run = await t.run(task)
    const told = run.events.payloads('observability.step.backoff')
    const byStep = Object.fromEntries(told.map(({ stepName, delayMs }) => [stepName, delayMs]))
    assert.deepEqual(byStep, { plain: 1_000, calling: 2_000, own: 3_000 })
  })
})
