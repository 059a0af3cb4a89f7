import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const chain = defineTask({ name: 'chain' })
  .step('first', async () => 1)
  .step('second', { dependsOn: ['first'], skippable: true }, async () => 2)
  .step('third', { dependsOn: ['first', 'second'] }, async () => 3)

describe('A step that a person settles before the steps that it depends on', () => {
  for (const step of ['second', 'third'] as const) {
    it(`counts once when those have ended, and the task completes (${step})`, async () => {
      await using t = await openTestTasker({ handlers: [chain] })
      const task = await t.tasks.create(chain, { runAt: new Date(t.clock.now() + 60_000) })
      await t.steps.resolve(
        { task, step },
        { results: 4, reason: 'done by hand', actor: { kind: 'person', id: 'ann' } },
      )
      await t.clock.advance('1m')
      const { state, error, steps } = await t.tasks.wait(task)
      assert.deepEqual([state, error], ['complete', null])
      assert.deepEqual(
        steps.map(({ name, attempts }) => [name, attempts]),
        ['first', 'second', 'third'].map((name) => [name, name === step ? 0 : 1]),
      )
    })
  }
})
