import assert from 'node:assert/strict'
import fc from 'fast-check'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { doubledFacts } from '../events/fact-key.js'
import { checkEnds } from './laws.js'
import { perform } from './perform.js'
import type { Plan } from './plan.js'
import { limitedSystem } from './planned-task.js'
import { plans } from './random-plan.js'
import { Stage } from './stage.js'
import { realTime, virtualTime } from './time.js'

/**
 * A failure prints its seed, its path and the smallest plan that fails. To see it again, and no other:
 *
 *   PROPERTY_SEED=1234 PROPERTY_PATH=5:1:0 npx mocha --no-config --no-package dist/test/integration/properties/random-plans.test.js
 *
 * PROPERTY_RUNS draws more of them, other ones each time. Without it the plans are the same in every run, and fewer on a server, where each
 * lost worker costs the time of a lease.
 */
const { PROPERTY_SEED: seed, PROPERTY_PATH: path, PROPERTY_RUNS: runs } = process.env
const usualSeed = runs ? undefined : 1
const chosenSeed = seed ? Number(seed) : usualSeed
const again = { ...(chosenSeed === undefined ? {} : { seed: chosenSeed }), ...(path ? { path } : {}) }
const isOnServer = testDatabaseUrl() !== undefined
const usualRuns = isOnServer ? 11 : 23

describe('any graph, whatever fails, is cancelled, resolved or lost on the way', function () {
  // Those who ask for more of them, or for one again, have the time.
  this.timeout(runs ? 0 : 300_000)

  it('runs no step before what it depends on, none once it is done, none too often, and never gets stuck', async () => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => check(plan, 'virtual')),
      { numRuns: Number(runs ?? usualRuns), ...again },
    )
  })

  it('does so in real time as well', async () => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => check(plan, 'system')),
      { numRuns: isOnServer ? 2 : 5, ...again },
    )
  })
})

/** Real time passes between the moment in which a call may begin and that in which it does: there the rate has tests of its own. */
function checkLimits({ mostLimited, limitedAt }: Stage, { limits }: Plan, clock: 'virtual' | 'system'): void {
  const { concurrency = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = limits
  assert(mostLimited <= concurrency, `${mostLimited} calls at once, and not ${concurrency}`)
  if (clock === 'system') return
  for (const start of limitedAt) {
    const inSecond = limitedAt.filter((other) => other >= start && other < start + 1_000).length
    assert(inSecond <= perSecond, `${inSecond} calls within a second, and not ${perSecond}`)
  }
}

function systemsOf({ limits: { concurrency, perSecond } }: Plan) {
  const rate = perSecond === undefined ? {} : { rate: { limit: perSecond, perMs: 1_000 } }
  return { [limitedSystem]: { ...(concurrency === undefined ? {} : { concurrency }), ...rate } }
}

async function check(plan: Plan, clock: 'virtual' | 'system'): Promise<void> {
  const stage = new Stage(plan)
  await using t = await openTestTasker({
    handlers: [stage.task],
    seed: plan.seed,
    clock,
    handlerPatienceMs: 5,
    // No look at the table by itself helps where a wake-up is missing. On a server a lost worker is known to be lost when its lease has run out, which is real time.
    dependentSystems: systemsOf(plan),
    ...(clock === 'system' ? { backoff: { delaysMs: [1, 2, 4], maxMs: 10 } } : {}),
    execution: {
      drainTimeoutMs: 10,
      pollIntervalMs: isOnServer ? 200 : 60_000,
      sweepIntervalMs: 100,
      leaseMs: 300,
      heartbeatIntervalMs: 100,
    },
  })
  stage.readFrom(t.clock)
  const tasks = await perform(t, stage, plan, clock === 'virtual' ? virtualTime : realTime)
  await checkEnds(t, tasks)
  checkLimits(stage, plan, clock)
  assert.equal(new Set(stage.called).size, stage.called.length, `an attempt was run twice: ${stage.called}`)
  const losses = plan.acts.filter((act) => /lose|drain/.test(act.do)).length
  const children = tasks.flatMap(({ steps }) => steps.filter(({ childTaskId }) => childTaskId !== null))
  // A step that is tried again within one run is found and admitted again: two facts under one key. And a worker that takes over begins
  // the child of a step again, in the same attempt, because nobody knows whether it was begun.
  const isExpected = (key: string) =>
    key.startsWith('workflow.viable_steps_') ||
    children.some(({ id }) => /^step\.(before_)?handle /.test(key) && key.includes(id))
  const facts = doubledFacts(t.events.all(), losses + 1).filter(([key]) => !isExpected(key))
  assert.deepEqual(facts, [])
}
