import assert from 'node:assert/strict'
import { defineTask } from 'tasker'
import { openTestTasker } from '../../support/test-tasker.js'

const anHour = 3_600_000
const actor = { id: 'ada', kind: 'person' } as const

/** Two steps, one after the other, and what has been called of them. */
function twoSteps() {
  const called: string[] = []
  const task = defineTask({ name: 'later' })
    .step('first', { skippable: true }, () => void called.push('first'))
    .step('second', { dependsOn: ['first'] }, () => void called.push('second'))
  return { task, called }
}

describe('a task that is to begin later', () => {
  for (const kind of ['resolve', 'skip'] as const) {
    it(`keeps its time when somebody settles a step of it before (${kind})`, async () => {
      const { task, called } = twoSteps()
      await using t = await openTestTasker({ handlers: [task] })
      const { id } = await t.tasks.create(task, { runAt: new Date(t.clock.now() + anHour) })
      const { dueAt } = (await t.tasks.get(id))!
      await t.steps[kind]({ task: id, step: 'first' }, { actor })
      await t.clock.advance(anHour - 60_000)
      const waiting = (await t.tasks.get(id))!
      assert.deepEqual([waiting.state, waiting.dueAt, called], ['pending', dueAt, []])
      await t.clock.advance(120_000)
      assert.deepEqual([(await t.tasks.get(id))!.state, called], ['complete', ['second']])
    })
  }
})
