import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { LifecycleEventName } from '../../../core/events/event-catalogue.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { doubledFacts } from './fact-key.js'
import { rebuild, stored } from './fold-log.js'
import { readLog } from './observation.js'
import { expectedSteps, type RandomStep, randomSteps, toTask } from './random-tasks.js'

const losses: readonly LifecycleEventName[] = [
  'task.initialize_requested',
  'task.start_requested',
  'step.execution_requested',
  'step.handle',
  'step.completed',
  'step.failed',
  'workflow.task_reenqueue_started',
]

describe('random tasks with random failures', function () {
  this.timeout(120_000)

  it('end as they must; their log rebuilds their rows, each transition is legal, and each fact is told once', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, fc.nat(1000), async (steps, seed) => {
        await using t = await openTestTasker({ handlers: [toTask(steps)], seed })
        const view = await runAndCheck(t, steps, 1)
        const expected = expectedSteps(steps)
        const actual = view.steps.map(({ state, attempts }) => ({ state, attempts }))
        assert.deepEqual(actual, expected)
        const isComplete = expected.every(({ state }) => state === 'complete' || state === 'resolved_manually')
        assert.equal(view.state, isComplete ? 'complete' : 'error')
      }),
      { numRuns: 25 },
    )
  })

  it('do so as well where the worker is lost on the way', async () => {
    await fc.assert(
      fc.asyncProperty(randomSteps, fc.constantFrom(...losses), async (steps, loss) => {
        await using t = await openTestTasker({ handlers: [toTask(steps)] })
        t.faults.crashOn(loss)
        const view = await runAndCheck(t, steps, 2)
        assert(view.state === 'complete' || view.state === 'error')
      }),
      { numRuns: 15 },
    )
  })
})

async function runAndCheck(t: TestTasker, steps: readonly RandomStep[], boots: number) {
  const { task } = await t.run({ name: 'random', context: { steps: steps.length } })
  const log = await readLog(t)
  assert.deepEqual(rebuild(task.id, log), stored(task))
  const { differences, stuck } = await t.verify({ graceMs: 0 })
  assert.deepEqual([differences, stuck], [[], []])
  assert.deepEqual(doubledFacts(t.events.all(), boots), [])
  return task
}
