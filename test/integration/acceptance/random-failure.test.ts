import assert from 'node:assert/strict'
import type { TaskView } from 'tasker'
import type { TestTasker } from 'tasker/testing'
import { endingOf, randomFailure } from '../../fixtures/acceptance/random-failure.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { onBothClocks } from './both-clocks.js'
import { checkRun } from './check-run.js'

const seeds = 1000

describe('random failures with a chance of 0.3, a thousand seeds', function () {
  this.timeout(120_000)

  it('always end complete or in error as their chance wants it, never stuck', async () => {
    // Without jitter what fails at once is due again at once, so that a thousand tasks are a few steps of the clock.
    const backoff = { jitter: 0 }
    const execution = { concurrentTasks: 200, pollIntervalMs: 60_000, leaseMs: 20_000 }
    await using t = await openTestTasker({ handlers: [randomFailure], backoff, execution })
    const requests = Array.from({ length: seeds }, (_, seed) => ({ context: { seed } }))
    const created = await t.tasks.createMany(randomFailure, requests)
    for (let minutes = 0; minutes < 20 && (await isUnfinished(t)); minutes++) await t.clock.advance('1m')
    const states = { complete: 0, error: 0 }
    for (const { id } of created) {
      const task = (await t.tasks.get(id))!
      checkTask(task)
      states[task.state as keyof typeof states] += 1
    }
    assert(states.complete > 100 && states.error > 100, JSON.stringify(states))
    const { differences, stuck } = await t.verify({ graceMs: 0 })
    assert.deepEqual([differences, stuck], [[], []])
  })
})

onBothClocks('one random failure after the other', [randomFailure], (scene) => {
  it('ends as its chance wants it', async () => {
    for (let seed = seeds; seed < seeds + 5; seed++) {
      const run = await scene.tasker.run(randomFailure, { seed })
      checkTask(run.task)
      const steps = expectedSteps(seed).map(({ name, state, attempts }) => [name, [state, attempts]] as const)
      checkRun(scene, run, run.state, Object.fromEntries(steps))
    }
  })
})

async function isUnfinished(t: TestTasker): Promise<boolean> {
  const { pending, in_progress } = await t.tasks.count()
  return pending + in_progress > 0
}

function checkTask(task: TaskView): void {
  const { seed } = task.context as { readonly seed: number }
  const expected = expectedSteps(seed)
  const actual = task.steps.map(({ name, state, attempts }) => ({ name, state, attempts }))
  assert.deepEqual(actual, expected, `seed ${seed}`)
  const isComplete = expected.every(({ state }) => state === 'complete' || state === 'resolved_manually')
  assert.equal(task.state, isComplete ? 'complete' : 'error', `seed ${seed}`)
}

interface ExpectedStep {
  readonly name: string
  readonly state: string
  readonly attempts: number
}

/** What must become of each step, told from the definition and the chance alone. */
function expectedSteps(seed: number): readonly ExpectedStep[] {
  const expected = new Map<string, ExpectedStep>()
  for (const { name, dependsOn, retry, onFailure } of randomFailure.definition.steps) {
    const isReached = dependsOn.every((parent) =>
      ['complete', 'resolved_manually'].includes(expected.get(parent)!.state),
    )
    const ended = isReached ? endOf(seed, name, retry.limit) : { state: 'pending', attempts: 0 }
    const isSkipped = ended.state === 'error' && onFailure === 'skip'
    expected.set(name, { name, ...ended, ...(isSkipped ? { state: 'resolved_manually' } : {}) })
  }
  return [...expected.values()]
}

function endOf(seed: number, name: string, limit: number): { readonly state: string; readonly attempts: number } {
  for (let attempts = 1; ; attempts++) {
    const ending = endingOf(seed, name, attempts)
    if (ending === 'succeeds') return { state: 'complete', attempts }
    if (ending === 'fails for good' || attempts === limit) return { state: 'error', attempts }
  }
}
