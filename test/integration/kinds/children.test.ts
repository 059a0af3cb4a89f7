import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { defineTask, PermanentError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const shipOrder = defineTask({
  namespace: 'shipping',
  name: 'ship_order',
  version: '1.2.0',
  context: Type.Object({ orderId: Type.Integer() }),
})
  .step('pack', async ({ context }) => ({ box: context.orderId * 10 }))
  .step('send', { dependsOn: ['pack'] }, async ({ results }) => `sent ${results.pack.box}`)

const processOrder = defineTask({ namespace: 'payments', name: 'process_order' })
  .step('charge', async () => ({ id: 7 }))
  .child('ship', { dependsOn: ['charge'], task: shipOrder, context: ({ results }) => ({ orderId: results.charge.id }) })
  .step('confirm', { dependsOn: ['ship'] }, async ({ results }) => results.ship.send)

/** A task whose only step is a child that does what `handler` does. */
function around(handler: (signal: AbortSignal) => Promise<unknown>, options: { timeoutMs?: number } = {}) {
  const inner = defineTask({ name: 'inner' })
    .step('first', async () => 'done')
    .step('work', { dependsOn: ['first'], retry: { limit: 1 } }, async ({ signal }) => handler(signal))
  const outer = defineTask({ name: 'outer' })
    .child('sub', { task: inner, ...options })
    .step('after', { dependsOn: ['sub'] }, async ({ results }) => results.sub)
  return { inner, outer }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

describe('A child', () => {
  it('is a task of its own whose results its parent gets; with room for one task at a time as well', async () => {
    await using t = await openTestTasker({ handlers: [processOrder], execution: { concurrentTasks: 1 } })
    const run = await t.run(processOrder)
    assert.equal(run.state, 'complete')
    const sent: string | undefined = run.steps.ship.results?.send
    assert.equal(sent, 'sent 70')
    assert.equal(run.steps.confirm.results, 'sent 70')
    const child = await t.tasks.get(run.steps.ship.childTaskId!)
    assert.deepEqual(
      [child?.namespace, child?.version, child?.state, child?.parentTaskId, child?.parentStepId, child?.correlationId],
      ['shipping', '1.2.0', 'complete', run.id, run.steps.ship.id, (await t.tasks.get(run.id))?.correlationId],
    )
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('is waited for by a task that is parked and shown with the reason', async () => {
    const gate = Promise.withResolvers<void>()
    const { outer } = around(async () => gate.promise)
    await using t = await openTestTasker({ handlers: [outer] })
    const { id } = await t.tasks.create(outer)
    let task = await t.tasks.get(id)
    while (task?.parked !== 'waiting_for_child') {
      await sleep(5)
      task = await t.tasks.get(id)
    }
    assert.deepEqual([task.state, task.ownerId, task.steps[0]?.state], ['pending', null, 'in_progress'])
    const { differences, stuck } = await t.verify()
    assert.deepEqual([differences, stuck], [[], []])
    gate.resolve()
    const done = await t.tasks.wait(id)
    assert.equal(done.state, 'complete')
    assert.deepEqual(done.steps[1]?.results, { first: 'done', work: null })
  })

  it('is cancelled with its parent, down to the signal of its handler', async () => {
    const begun = Promise.withResolvers<void>()
    const { outer } = around(async (signal) => {
      begun.resolve()
      await untilAborted(signal)
    })
    await using t = await openTestTasker({ handlers: [outer] })
    const { id } = await t.tasks.create(outer)
    await begun.promise
    await t.tasks.cancel(id, { reason: 'enough' })
    const childId = (await t.tasks.get(id))!.steps[0]!.childTaskId!
    const child = await t.tasks.wait(childId, { timeoutMs: 5_000 })
    assert.equal(child.state, 'cancelled')
    assert.deepEqual(
      child.steps.map(({ state }) => state),
      ['complete', 'cancelled'],
    )
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('that fails fails its step; retried, it goes on where it stopped, and its parent with it', async () => {
    let isBroken = true
    let calls = 0
    const { outer } = around(async () => {
      calls += 1
      if (isBroken) throw new PermanentError('out of boxes')
      return 'packed'
    })
    await using t = await openTestTasker({ handlers: [outer] })
    const failed = await t.run(outer)
    assert.equal(failed.state, 'error')
    assert.equal(failed.steps.sub.error?.code, 'CHILD_FAILED')
    assert.match(failed.steps.sub.error!.message, /out of boxes/)
    assert.equal(calls, 1)
    isBroken = false
    await t.tasks.retry(failed.steps.sub.childTaskId!, { reason: 'there are boxes' })
    const child = await t.tasks.wait(failed.steps.sub.childTaskId!)
    assert.equal(child.state, 'complete')
    assert.equal(child.steps[0]?.attempts, 1)
    while ((await t.tasks.get(failed.id))?.state === 'error') await sleep(5)
    const parent = await t.tasks.wait(failed.id)
    assert.equal(parent.state, 'complete')
    assert.deepEqual(parent.steps[1]?.results, { first: 'done', work: 'packed' })
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('that failed is set back by a retry of its parent: what is done of it stays done', async () => {
    let isBroken = true
    const { outer } = around(async () => {
      if (isBroken) throw new PermanentError('out of boxes')
      return 'packed'
    })
    await using t = await openTestTasker({ handlers: [outer] })
    const failed = await t.run(outer)
    isBroken = false
    await t.tasks.retry(failed.id, { reason: 'there are boxes' })
    const parent = await t.tasks.wait(failed.id)
    assert.equal(parent.state, 'complete')
    assert.equal(parent.steps[0]?.childTaskId, failed.steps.sub.childTaskId)
    const child = await t.tasks.get(failed.steps.sub.childTaskId!)
    assert.equal(child?.steps[0]?.attempts, 1)
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('that somebody cancels fails its step for good; a retry begins a new one', async () => {
    let isFirst = true
    const begun = Promise.withResolvers<void>()
    const { outer } = around(async (signal) => {
      if (!isFirst) return 'packed'
      isFirst = false
      begun.resolve()
      return untilAborted(signal)
    })
    await using t = await openTestTasker({ handlers: [outer] })
    const { id } = await t.tasks.create(outer)
    await begun.promise
    const first = (await t.tasks.get(id))!.steps[0]!.childTaskId!
    await t.tasks.cancel(first, { reason: 'not this one' })
    const failed = await t.tasks.wait(id)
    assert.deepEqual([failed.state, failed.steps[0]?.error?.code], ['error', 'CHILD_CANCELLED'])
    await t.tasks.retry(id)
    const done = await t.tasks.wait(id)
    assert.equal(done.state, 'complete')
    assert.notEqual(done.steps[0]?.childTaskId, first)
  })

  it('whose context does not fit fails its step with the reason', async () => {
    const task = defineTask({ name: 'careless' }).child('ship', {
      task: shipOrder,
      context: () => ({ orderId: 'seven' }) as never,
    })
    await using t = await openTestTasker({ handlers: [task] })
    const run = await t.run(task)
    assert.equal(run.state, 'error')
    assert.match(
      run.steps.ship.error!.message,
      /shipping\.ship_order@1\.2\.0 does not fit its schema.*orderId.*must be integer/s,
    )
  })

  it('that takes longer than its step allows is cancelled, and the step fails', async () => {
    const { outer } = around(untilAborted, { timeoutMs: 30_000 })
    await using t = await openTestTasker({ handlers: [outer] })
    const { id } = await t.tasks.create(outer)
    await t.clock.advance('2m')
    const { state, steps } = await t.tasks.wait(id)
    assert.deepEqual([state, steps[0]?.error?.code], ['error', 'STEP_TIMEOUT'])
    assert.equal((await t.tasks.wait(steps[0]!.childTaskId!)).state, 'cancelled')
    assert.deepEqual((await t.verify()).differences, [])
  })

  it('is one of its own, also where equal requests are one', async () => {
    const inner = defineTask({ name: 'inner', identity: () => 'the only one' }).step('first', async () => 1)
    const outer = defineTask({ name: 'outer' }).child('sub', { task: inner }).child('again', { task: inner })
    await using t = await openTestTasker({ handlers: [outer] })
    const run = await t.run(outer)
    assert.equal(run.state, 'complete')
    assert.notEqual(run.steps.sub.childTaskId, run.steps.again.childTaskId)
  })

  it('of itself ends in error at a number of generations, and nothing is left over when the first is cancelled', async () => {
    const selfish = defineTask({ namespace: 'kin', name: 'selfish' })
    const named = { namespace: 'kin', name: 'selfish' } as unknown as typeof shipOrder
    const endless = selfish.child('again', { task: named, context: () => ({}) as never })
    await using t = await openTestTasker({ handlers: [endless] })
    const run = await t.run(endless, undefined, { giveUpAfterMs: 60_000 })
    assert.equal(run.state, 'error')
    const { items } = await t.tasks.list({ namespace: 'kin' })
    assert.equal(items.length, 32)
    assert.deepEqual(new Set(items.map(({ state }) => state)), new Set(['error']))
    const youngest = await t.tasks.get(items.find(({ error }) => error?.message.includes('32')) ?? items[0]!)
    assert.match(youngest!.steps[0]!.error!.message, /kin\.selfish would be the child of 32 tasks/)
    const { id } = await t.tasks.create(endless)
    while ((await t.tasks.list({ namespace: 'kin' })).items.length < 38) await sleep(2)
    await t.tasks.cancel(id, { reason: 'enough' })
    await t.clock.advance('1m')
    while ((await t.tasks.count({ namespace: 'kin', state: ['pending', 'in_progress'] })).pending > 0) await sleep(20)
    assert.ok((await t.tasks.list({ namespace: 'kin', state: 'cancelled' })).items.length > 0)
  }).timeout(90_000)

  it('that is waited for does not keep its parent beyond the time of that', async () => {
    const begun = performance.now()
    const { outer } = around(untilAborted)
    await using t = await openTestTasker({ handlers: [outer], clock: 'system' })
    const { id } = await t.tasks.create(outer, { timeoutMs: 700 })
    const { state, error } = await t.tasks.wait(id, { timeoutMs: 10_000 })
    assert.deepEqual([state, error?.code], ['error', 'TASK_TIMEOUT'])
    assert.ok(performance.now() - begun >= 700)
  })

  it('may itself have children', async () => {
    const wrapping = defineTask({ name: 'wrapping' }).child('order', { task: processOrder })
    await using t = await openTestTasker({ handlers: [wrapping] })
    const run = await t.run(wrapping)
    assert.equal(run.state, 'complete')
    assert.equal(run.steps.order.results.confirm, 'sent 70')
    assert.deepEqual(
      t.handlers.list().map(({ key }) => key),
      ['default.wrapping@0.1.0', 'payments.process_order@0.1.0', 'shipping.ship_order@1.2.0'],
    )
  })

  it('and its parent survive a crash between any two statements, and neither runs twice', async () => {
    for (let crashAt = 1, isReached = true; isReached; crashAt++) {
      await using t = await openTestTasker({
        handlers: [processOrder],
        seed: crashAt,
        execution: { sweepIntervalMs: 50 },
      })
      let count = 0
      let isCreated = false
      t.faults.onStatement(({ name }) => {
        if (!isCreated) {
          isCreated = name.startsWith('commit/')
          return undefined
        }
        if (!/^(commit|claimDue|claimTask)\//.test(name)) return undefined
        count += 1
        return count === crashAt ? 'crash after' : undefined
      })
      const run = await t.run(processOrder, undefined, { giveUpAfterMs: 30_000 })
      isReached = count >= crashAt
      t.faults.onStatement(undefined)
      assert.equal(run.state, 'complete', `crash at ${crashAt}: ${JSON.stringify(run.steps)}`)
      assert.equal(run.steps.confirm.results, 'sent 70')
      assert.equal(await childCount(t), 1)
      assert.deepEqual((await t.verify()).differences, [])
      // Word of the child's end that found nobody is answered by the sweeper.
      while ((await t.verify()).stuck.length > 0) await sleep(20)
    }
  })
})

async function childCount(t: Awaited<ReturnType<typeof openTestTasker>>): Promise<number> {
  return (await t.tasks.list({ namespace: 'shipping' })).items.length
}
