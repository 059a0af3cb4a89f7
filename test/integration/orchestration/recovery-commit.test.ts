import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

describe('What a lost worker has left', () => {
  let tasker: TestTasker
  afterEach(() => tasker.stop())

  it('is ended in a commit of its own: a task that can only wait is set back twice, in two entries', async () => {
    const later = { retry: { limit: 2, backoffMs: [60_000] } }
    const patient = defineTask({ name: 'patient' })
      .step('wait', later, async ({ attempt }) => {
        if (attempt === 1) throw new Error('not yet')
      })
      .step('break', { retryable: false }, async () => {
        await tasker.events.waitFor('step.retry_requested')
        void tasker.crash()
        await forever
      })
    tasker = await openTestTasker({ handlers: [patient] })
    const { id } = await tasker.tasks.create(patient)
    await tasker.crashed()
    await tasker.restart()
    const { state } = await tasker.finish(id)
    assert.equal(state, 'error')
    const setBack = tasker.events.of('task.initialize_requested').filter(({ taskId }) => taskId === id)
    assert.deepEqual(
      setBack.map(({ payload }) => payload.reason),
      ['unknown', 'owner_lost', 'retry_backoff'],
    )
    const entries = setBack.map(({ position }) => position!.split('.')[0])
    assert.equal(new Set(entries).size, entries.length)
  })
})

const forever = new Promise<never>(() => undefined)
