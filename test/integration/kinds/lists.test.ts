import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask, PermanentError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

function notifying(count: number, handler: (item: number, index: number) => unknown, concurrency?: number) {
  return defineTask({ name: 'notifying' })
    .step('load', async () => ({ customers: Array.from({ length: count }, (_, index) => index * 10) }))
    .each(
      'notify',
      {
        dependsOn: ['load'],
        over: ({ results }) => results.load.customers,
        retry: { limit: 3, backoffMs: [5] },
        skippable: true,
        ...(concurrency === undefined ? {} : { concurrency }),
      },
      async ({ item, index }) => handler(item, index),
    )
    .step('sum', { dependsOn: ['notify'] }, async ({ results }) => results.notify)
}

describe('An .each step', () => {
  it('runs once for each element, each a step of its own, and gives their results in order', async () => {
    const task = notifying(5, (item, index) => `${index}:${item}`)
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.deepEqual(run.steps.sum.results, ['0:0', '1:10', '2:20', '3:30', '4:40'])
    const { steps, stepCount } = (await t.tasks.get(run.id))!
    assert.equal(stepCount, 8)
    assert.deepEqual(
      steps.map(({ name }) => name).slice(3),
      [0, 1, 2, 3, 4].map((index) => `notify[${index}]`),
    )
    assert.deepEqual(steps[4]!.element, { of: 'notify', index: 1, item: 10 })
    assert.equal(new Set(steps.map(({ idempotencyKey }) => idempotencyKey)).size, 8)
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('of an empty list is done at once, with no results', async () => {
    const task = notifying(0, () => 'never')
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.deepEqual([run.state, run.steps.sum.results], ['complete', []])
  })

  it('has its elements tried again one by one, never more at once than its own limit', async () => {
    let running = 0
    let most = 0
    const tries = new Map<number, number>()
    const task = notifying(
      12,
      async (item) => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setTimeout(resolve, 2))
        running -= 1
        tries.set(item, (tries.get(item) ?? 0) + 1)
        if (item % 30 === 0 && tries.get(item) === 1) throw new Error('busy')
        return item
      },
      3,
    )
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.equal(most, 3)
    assert.deepEqual([...tries.values()].toSorted(), [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2])
  })

  it('fails when an element has failed for good, the others done; a retry does again only what failed', async () => {
    let isBroken = true
    const calls: number[] = []
    const task = notifying(4, (item) => {
      calls.push(item)
      if (isBroken && item === 20) throw new PermanentError('no such customer')
      return item
    })
    await using t = await openTestTasker({ handlers: [task] })
    const failed = await t.run(task)
    assert.equal(failed.state, 'error')
    assert.equal(failed.steps.notify.error?.code, 'ELEMENTS_FAILED')
    assert.match(
      failed.steps.notify.error!.message,
      /1 element of step notify failed: notify\[2\]; the first: no such customer/,
    )
    assert.deepEqual((await t.verify()).differences, [])
    isBroken = false
    calls.length = 0
    await t.tasks.retry(failed.id, { reason: 'she is back' })
    const again = await t.tasks.wait(failed.id)
    assert.equal(again.state, 'complete')
    assert.deepEqual(calls, [20])
    assert.deepEqual(again.steps.find(({ name }) => name === 'sum')?.results, [0, 10, 20, 30])
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('goes on when a person retries, resolves or skips the element that failed', async () => {
    let isBroken = true
    const task = notifying(3, (item) => {
      if (isBroken && item > 0) throw new PermanentError('no')
      return item
    })
    await using t = await openTestTasker({ handlers: [task] })
    const failed = await t.run(task)
    assert.equal(failed.state, 'error')
    isBroken = false
    await t.steps.resolve({ task: failed.id, step: 'notify[1]' }, { results: 'by hand' })
    await t.steps.skip({ task: failed.id, step: 'notify[2]' })
    const { state, steps } = await t.tasks.wait(failed.id)
    assert.equal(state, 'complete')
    assert.deepEqual(steps.find(({ name }) => name === 'sum')?.results, [0, 'by hand', null])
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('leaves null where the last failure of an element skips it', async () => {
    const task = defineTask({ name: 'lenient' }).each(
      'ask',
      { over: () => [1, 2, 3], skippable: true, onFailure: 'skip', retry: { limit: 1 } },
      async ({ item }) => {
        if (item === 2) throw new Error('away')
        return { item }
      },
    )
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'complete')
    assert.deepEqual(run.steps.ask.results, [{ item: 1 }, null, { item: 3 }])
  })

  it('checks the results of each element by its schema', async () => {
    const task = defineTask({ name: 'strict' }).each(
      'rate',
      { over: () => ['a', 'b'], results: Type.Object({ score: Type.Integer() }), retry: { limit: 1 } },
      async ({ item }) => ({ score: item === 'a' ? 1 : 0.5 }),
    )
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'error')
    const { steps } = (await t.tasks.get(run.id))!
    assert.deepEqual(
      steps.map(({ state }) => state),
      ['error', 'complete', 'error'],
    )
    assert.match(steps[2]!.error!.message, /results\.score: must be integer/)
  })

  it('fails where over gives no list', async () => {
    const task = defineTask({ name: 'wrong' }).each('none', { over: () => 'abc' as never }, async () => 1)
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'error')
    assert.match(run.steps.none.error!.message, /`over` of step none gave no list.*Received string/)
  })

  it('is cancelled with its elements, and with one of them', async () => {
    const begun = Promise.withResolvers<void>()
    let aborted = 0
    const task = defineTask({ name: 'slow' })
      .each('wait', { over: () => [1, 2, 3, 4], concurrency: 2 }, async ({ signal, item }) => {
        if (item === 2) begun.resolve()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      .step('after', { dependsOn: ['wait'] }, async () => 1)
    task.definition
    await using t = await openTestTasker({ handlers: [task] })
    t.events.on('step.cancelled', () => {
      aborted += 1
    })
    const { id } = await t.tasks.create(task)
    await begun.promise
    await t.steps.cancel({ task: id, step: 'wait[1]' }, { reason: 'enough' })
    const { state, steps, error } = await t.tasks.wait(id)
    assert.deepEqual([state, error?.code], ['error', 'STEPS_CANCELLED'])
    assert.deepEqual(
      steps.map((step) => step.state),
      Array(6).fill('cancelled'),
    )
    assert.equal(aborted, 6)
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('survives the loss of its worker between any two elements', async () => {
    const calls: number[] = []
    const task = notifying(6, (item) => {
      calls.push(item)
      return item
    })
    await using t = await openTestTasker({ handlers: [task] })
    let completed = 0
    t.faults.onStatement(({ name }) => {
      if (name.startsWith('commit/')) completed += 1
      return completed === 4 && name.startsWith('commit/') ? 'crash after' : undefined
    })
    const run = await t.run(task, undefined, { giveUpAfterMs: 30_000 })
    assert.equal(run.state, 'complete')
    assert.deepEqual(run.steps.sum.results, [0, 10, 20, 30, 40, 50])
    assert.deepEqual((await t.verify()).differences, [])
  })
})
