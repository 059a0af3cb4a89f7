import assert from 'node:assert/strict'
import { SeededRandom } from '../../../core/testing/seeded-chance.js'
import { chunked } from '../../fixtures/acceptance/chunked.js'
import { diamond } from '../../fixtures/acceptance/diamond.js'
import { dummyAnnotator, dummyTask } from '../../fixtures/acceptance/dummy.js'
import { linear } from '../../fixtures/acceptance/linear.js'
import { mixed } from '../../fixtures/acceptance/mixed.js'
import { parallelMerge } from '../../fixtures/acceptance/parallel-merge.js'
import { EffectLedger, reliabilityMix } from '../../fixtures/acceptance/reliability-mix.js'
import type { Ending } from '../../fixtures/acceptance/scripted-step.js'
import { tree } from '../../fixtures/acceptance/tree.js'
import { until } from '../events/observation.js'
import { onBothClocks } from './both-clocks.js'
import { batches, beginnings, checkRun, listedDelayMs } from './check-run.js'

const fails = (times: number): Ending[] => Array.from({ length: times }, () => 'fails')
const timesOut: Ending[] = ['network timeout']

onBothClocks('the dummy workflow', [dummyTask], (scene) => {
  it('completes its four steps, and has a note of each', async () => {
    scene.tasker.subscribers.register(dummyAnnotator(scene.tasker.tasks))
    const run = await scene.tasker.run(dummyTask, { dummy: true })
    checkRun(scene, run, 'complete')
    assert.deepEqual(batches(run), [['step-one', 'step-two'], ['step-three'], ['step-four']])
    assert.deepEqual(run.steps['step-four'].results, { dummy: true, step: 'step-four' })
    const notes = async () => (await scene.tasker.tasks.annotations(run.id)).items
    await until(async () => (await notes()).length === 4)
    assert.deepEqual(
      (await notes()).map(({ type, value }) => [type, (value as { step: string }).step]).toSorted(),
      ['step-four', 'step-one', 'step-three', 'step-two'].map((step) => ['dummy-annotation', step]),
    )
  })

  it('is not created with a context that does not fit', async () => {
    await assert.rejects(scene.tasker.run(dummyTask, { dummy: 'yes' } as never), { code: 'CONTEXT_INVALID' })
  })
})

onBothClocks('the linear workflow', [linear], (scene) => {
  const order = linear.definition.steps.map(({ name }) => name)

  it('runs its six steps one after the other', async () => {
    const run = await scene.tasker.run(linear, { failing: {} })
    checkRun(scene, run, 'complete')
    assert.deepEqual(beginnings(run), order)
    assert.deepEqual(run.steps.finalize_workflow.results.received, ['validate_output'])
  })

  it('tries a step again that fails once, and completes', async () => {
    const run = await scene.tasker.run(linear, { failing: { process_data: fails(1) } })
    checkRun(scene, run, 'complete', { process_data: ['complete', 2] })
    assert.deepEqual(beginnings(run), order.toSpliced(3, 0, 'process_data'))
  })

  it('ends in error when the attempts of a step are used up, and runs nothing behind it', async () => {
    const run = await scene.tasker.run(linear, { failing: { process_data: fails(5) } })
    checkRun(scene, run, 'error', {
      process_data: ['error', 3],
      transform_results: ['pending', 0],
      validate_output: ['pending', 0],
      finalize_workflow: ['pending', 0],
    })
    const [failed] = run.events.of('task.failed')
    assert.deepEqual(failed?.payload.failedSteps, ['process_data'])
    assert.deepEqual(failed?.payload.blockedSteps, order.slice(3))
    const statuses = run.events.of('workflow.task_finalization_started').map(({ payload }) => payload.executionStatus)
    assert.equal(statuses.at(-1), 'blocked_by_failures')
  })

  it('repeats the times of its retries with its seed: the formula and the chance of the seed, and nothing else', () => {
    const random = new SeededRandom(scene.seed)
    const delays = scene.tasker.events.of('step.retry_requested').map(({ payload, occurredAt }) => {
      return [payload.attempt, Date.parse(payload.dueAt) - Date.parse(occurredAt)]
    })
    // The retries of the tests above.
    assert.deepEqual(
      delays,
      [1, 1, 2].map((failure) => {
        const { backoff } = scene
        const factor = 1 + backoff.jitter * (2 * random.next() - 1)
        return [failure, Math.min(Math.round(listedDelayMs(backoff, failure) * factor), backoff.maxMs)]
      }),
    )
  })
})

onBothClocks('the diamond', [diamond], (scene) => {
  const branches = [
    ['branch_one_process', 'branch_two_process'],
    ['branch_one_validate', 'branch_two_validate'],
  ]

  it('runs its branches side by side and merges them', async () => {
    const run = await scene.tasker.run(diamond, { failing: {} })
    checkRun(scene, run, 'complete')
    assert.deepEqual(batches(run)[1], branches[0])
    assert.deepEqual(run.steps.merge_branches.results.received, branches[1])
  })

  it('completes where each branch fails once, one of them because of the network, and merges after both', async () => {
    const failing = { branch_one_process: fails(1), branch_two_process: timesOut }
    const run = await scene.tasker.run(diamond, { failing })
    checkRun(scene, run, 'complete', { branch_one_process: ['complete', 2], branch_two_process: ['complete', 2] })
    const codes = run.events.of('step.failed').map(({ payload }) => [payload.stepName, payload.error.code])
    assert.deepEqual(codes.toSorted(), [
      ['branch_one_process', undefined],
      ['branch_two_process', 'ETIMEDOUT'],
    ])
  })

  it('tries the merge again where that fails once', async () => {
    const run = await scene.tasker.run(diamond, { failing: { merge_branches: fails(1) } })
    checkRun(scene, run, 'complete', { merge_branches: ['complete', 2] })
  })

  it('finishes the other branch where one fails for good, merges nothing, and ends in error', async () => {
    const run = await scene.tasker.run(diamond, { failing: { branch_one_process: fails(5) } })
    checkRun(scene, run, 'error', {
      branch_one_process: ['error', 3],
      branch_one_validate: ['pending', 0],
      merge_branches: ['pending', 0],
      end_workflow: ['pending', 0],
    })
  })
})

onBothClocks('the parallel merge', [parallelMerge], (scene) => {
  it('starts its four roots together, and completes though two of them and the merge fail once', async () => {
    const failing = { fetch_order_data: fails(1), fetch_inventory_data: timesOut, merge_all_data: fails(1) }
    const run = await scene.tasker.run(parallelMerge, { failing })
    checkRun(scene, run, 'complete', {
      fetch_order_data: ['complete', 2],
      fetch_inventory_data: ['complete', 2],
      merge_all_data: ['complete', 2],
    })
    assert.deepEqual(batches(run)[0], [
      'fetch_user_data',
      'fetch_order_data',
      'fetch_inventory_data',
      'fetch_pricing_data',
    ])
  })
})

onBothClocks('the tree', [tree], (scene) => {
  it('completes though one branch and two of its leaves fail once', async () => {
    const failing = { branch_b_setup: fails(1), branch_b_task_two: fails(1), branch_a_task_two: timesOut }
    const run = await scene.tasker.run(tree, { failing })
    checkRun(scene, run, 'complete', {
      branch_b_setup: ['complete', 2],
      branch_b_task_two: ['complete', 2],
      branch_a_task_two: ['complete', 2],
    })
    assert.equal(beginnings(run).at(-1), 'aggregate_results')
  })
})

onBothClocks('the mixed graph', [mixed], (scene) => {
  it('completes with three attempts of its critical step, and ends in two leaves', async () => {
    const failing = { validate_permissions: fails(1), setup_environment: timesOut, process_critical_data: fails(2) }
    const run = await scene.tasker.run(mixed, { failing })
    checkRun(scene, run, 'complete', {
      validate_permissions: ['complete', 2],
      setup_environment: ['complete', 2],
      process_critical_data: ['complete', 3],
    })
    const analysis = await scene.tasker.graph.template('acceptance.mixed')
    assert.deepEqual(analysis.roots, ['init_auth', 'init_config'])
    assert.deepEqual(analysis.leaves, ['process_optional_data', 'finalize_and_report'])
  })
})

const ledger = new EffectLedger()

onBothClocks(
  'the reliability mix',
  (isVirtual) => [reliabilityMix(ledger, { timeoutMs: isVirtual ? 30_000 : 40 })],
  (scene) => {
    it('completes with one attempt, three, two and one', async () => {
      const { id } = await scene.tasker.tasks.create({ namespace: 'acceptance', name: 'reliability_mix' })
      await scene.finish(id)
      const task = (await scene.tasker.tasks.get(id))!
      const attempts = task.steps.map(({ name, attempts }) => [name, attempts])
      assert.deepEqual(attempts, [
        ['reliable', 1],
        ['flaky', 3],
        ['timeout', 2],
        ['idempotent', 1],
      ])
      assert.equal(task.state, 'complete')
      const errors = scene.tasker.events.of('step.failed').map(({ payload }) => [payload.stepName, payload.error.code])
      assert.deepEqual(errors, [
        ['flaky', undefined],
        ['flaky', undefined],
        ['timeout', 'STEP_TIMEOUT'],
      ])
    })

    it('does the idempotent work once, however often it is called: here the worker is lost after the call', async () => {
      const { tasker } = scene
      const before = ledger.doOnce('counts').effects
      const { id } = await tasker.tasks.create({ namespace: 'acceptance', name: 'reliability_mix' })
      let isLost = false
      tasker.hooks.add('aroundStepExecute', async ({ stepName }, next) => {
        const results = await next()
        if (stepName !== 'idempotent' || isLost) return results
        isLost = true
        await tasker.crash()
        return results
      })
      await scene.finish(id).catch(() => undefined)
      assert(isLost)
      await tasker.restart()
      await scene.finish(id)
      const { state, steps } = (await tasker.tasks.get(id))!
      const idempotent = steps.at(-1)!
      assert.deepEqual([state, idempotent.attempts, idempotent.error], ['complete', 2, null])
      const { executionCount, effects } = idempotent.results as ReturnType<EffectLedger['doOnce']>
      assert.equal(effects, before + 1)
      assert(executionCount > effects)
    })
  },
)

onBothClocks('the chunked workflow', [chunked], (scene) => {
  it('sums up its three chunks in one batch, and then their sums', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1)
    const run = await scene.tasker.run(chunked, { numbers })
    checkRun(scene, run, 'complete')
    assert.deepEqual(batches(run)[1], ['process_chunk_1', 'process_chunk_2', 'process_chunk_3'])
    assert.deepEqual(run.steps.aggregate_results.results, { items: 100, sum: 5050 })
  })
})
