import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const actor = { id: 'ada', kind: 'person' } as const

/** One task of a key that runs until it is told to end, and one that waits for the key. */
async function waiting(request: object = {}) {
  const end = Promise.withResolvers<void>()
  const [holder, other] = ['1.0.0', '2.0.0'].map((version) =>
    defineTask({ name: 'bill', version }).step('work', () => (version === '1.0.0' ? end.promise : null)),
  )
  const t = await openTestTasker({
    handlers: [holder!, other!],
    handlerPatienceMs: 5,
    execution: { pollIntervalMs: 60_000, drainTimeoutMs: 10_000 },
  })
  const stateOf = async (id: string) => {
    await t.clock.advance(0)
    const { state, parked, error } = (await t.tasks.get(id))!
    return [state, parked, error?.code]
  }
  const held = await t.tasks.create(holder!, { concurrencyKey: 'one' })
  assert.deepEqual(await stateOf(held.id), ['in_progress', null, undefined])
  const waits = await t.tasks.create(other!, { concurrencyKey: 'one', ...request })
  assert.deepEqual(await stateOf(waits.id), ['pending', 'limit', undefined])
  return { t, held, waits, end, stateOf: (task: { id: string }) => stateOf(task.id) }
}

async function assertSound(t: TestTasker): Promise<void> {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}

describe('a task that waits for the key of another', () => {
  it('fails when its time is up', async () => {
    const { t, waits, end, stateOf } = await waiting({ timeoutMs: 30_000 })
    await using _ = t
    await t.clock.advance('31s')
    assert.deepEqual(await stateOf(waits), ['error', null, 'TASK_TIMEOUT'])
    end.resolve()
    await assertSound(t)
  })

  it('goes on at once if it was paused until after the key was free', async () => {
    const { t, held, waits, end, stateOf } = await waiting()
    await using _ = t
    await t.tasks.pause(waits, { actor })
    end.resolve()
    assert.deepEqual(await stateOf(held), ['complete', null, undefined])
    assert.deepEqual(await stateOf(waits), ['pending', 'paused', undefined])
    await t.tasks.resume(waits, { actor })
    assert.deepEqual(await stateOf(waits), ['complete', null, undefined])
    await assertSound(t)
  })

  it('goes on at once after a restart in which the other one came to its end', async () => {
    const { t, held, waits, end, stateOf } = await waiting()
    await using _ = t
    const restarted = t.restart({ drain: true })
    end.resolve()
    await restarted
    assert.deepEqual(await stateOf(held), ['complete', null, undefined])
    assert.deepEqual(await stateOf(waits), ['complete', null, undefined])
    await assertSound(t)
  })
})
