import assert from 'node:assert/strict'
import { defineTask, PermanentError, type Recovery, type TaskerError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

/** Fails in two places, for good in one of them, until it is told to work. */
function failingOrder() {
  const world = { works: false }
  const task = defineTask({ name: 'order' })
    .step('load', async () => 1)
    .step('charge', { dependsOn: ['load'], skippable: true }, async () => {
      if (!world.works) throw new PermanentError('declined', { code: 'DECLINED' })
      return 'charged'
    })
    .step('reserve', { dependsOn: ['load'], retry: { limit: 2 } }, async () => {
      if (!world.works) throw new Error('the warehouse is closed')
      return 'reserved'
    })
    .step('invoice', { dependsOn: ['charge'] }, async () => null)
    .step('ship', { dependsOn: ['charge', 'reserve'] }, async () => null)
  return { task, world }
}

describe('The graph of a running task', () => {
  it('is analysed as it is: what failed, what that blocks, and what it is blocked by alone', async () => {
    const { task } = failingOrder()
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    const { state, states, failed, blocked, errorChains, completion } = await t.graph.analyseTask(run.task.id)
    assert.deepEqual([state, failed, blocked, completion], ['error', ['charge', 'reserve'], ['invoice', 'ship'], 0.2])
    assert.deepEqual([states.complete, states.error, states.pending], [1, 2, 2])
    assert.deepEqual(
      errorChains.chains.map(({ step, kind, error, attempts, blocks, frees }) => [
        ...[step, kind, error, attempts],
        ...[blocks.join(), frees.join()],
      ]),
      [
        ['charge', 'permanent', 'DECLINED', 1, 'invoice,ship', 'invoice'],
        ['reserve', 'attempts_spent', 'Error', 2, 'ship', ''],
      ],
    )
  })

  it('is right about the ways out: each call that it proposes does what it says', async () => {
    const { task, world } = failingOrder()
    await using t = await openTestTasker({ handlers: [task] })
    const calls: Readonly<Record<Recovery['action'], (step: string) => Promise<unknown>>> = {
      retry: (step) => t.steps.retry(step),
      skip: (step) => t.steps.skip(step),
      resolve: (step) => t.steps.resolve(step, { results: 'by hand' }),
    }
    for (const which of [0, 1, 2, 3, 4, 5]) {
      world.works = false
      const { id } = (await t.run(task)).task
      const { recoveries } = await t.graph.analyseTask(id)
      assert.deepEqual(
        recoveries.map(({ action, step }) => `${action} ${step}`),
        ['retry null', 'skip charge', 'resolve charge', 'retry charge', 'retry reserve', 'resolve reserve'],
      )
      const { action, step, api } = recoveries[which]!
      world.works = true
      if (step === null) await t.tasks.retry(id)
      else {
        const [, method, reference] = /^tasker\.steps\.(\w+)\('([^']+)'/.exec(api) ?? []
        assert.equal(method, action)
        await calls[action](reference!)
      }
      // What is left in error after one step is settled fails the task once more; retried, all of it goes through.
      if (step !== null) {
        await t.tasks.wait(id)
        const left = (await t.graph.analyseTask(id)).failed
        assert.deepEqual(left, [step === 'charge' ? 'reserve' : 'charge'])
        await t.tasks.retry(id)
      }
      assert.equal((await t.tasks.wait(id)).state, 'complete', api)
      assert.deepEqual((await t.graph.analyseTask(id)).recoveries, [])
    }
  })

  it('is never out of date: a second look after a step has moved sees it', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const task = defineTask({ name: 'slow' })
      .step('wait', async () => {
        begun.resolve()
        await gate.promise
      })
      .step('after', { dependsOn: ['wait'] }, async () => null)
    await using t = await openTestTasker({ handlers: [task] })
    const created = await t.tasks.create(task)
    await begun.promise
    const before = await t.graph.analyseTask(created)
    assert.deepEqual([before.running, before.waiting, before.completion], [['wait'], ['after'], 0])
    gate.resolve()
    await t.tasks.wait(created)
    const after = await t.graph.analyseTask(created)
    assert.deepEqual([after.running, after.waiting, after.completion], [[], [], 1])
    assert.deepEqual(after.criticalPath.steps, ['wait', 'after'])
    assert.equal(after.criticalPath.estimatedSteps, 0)
  })

  it('is told as a whole by its template, before anything runs', async () => {
    const { task } = failingOrder()
    await using t = await openTestTasker({ handlers: [task] })
    const { levels, roots, leaves, bottlenecks } = t.graph.analyseTemplate('order')
    assert.deepEqual(levels, [['load'], ['charge', 'reserve'], ['invoice', 'ship']])
    assert.deepEqual([roots, leaves], [['load'], ['invoice', 'ship']])
    assert.deepEqual(
      bottlenecks.map(({ step, impact }) => [step, impact]),
      [
        ['load', 1],
        ['charge', 0.5],
      ],
    )
  })

  it('is refused for what does not exist', async () => {
    await using t = await openTestTasker({ handlers: [failingOrder().task] })
    assert.throws(
      () => t.graph.analyseTemplate('ordre'),
      (error: TaskerError) => error.code === 'UNKNOWN_HANDLER',
    )
    await assert.rejects(
      t.graph.analyseTask('0197c0de-0000-7000-8000-000000000001'),
      (error: TaskerError) => error.code === 'TASK_NOT_FOUND',
    )
  })
})
