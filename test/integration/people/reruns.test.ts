import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { until } from '../events/observation.js'

const actor = { id: 'ada', kind: 'person' } as const
const by = { reason: 'the amount was wrong', actor }

const assertSound = async (t: TestTasker) => {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}

/** `load`, then `charge` and `pack` beside each other, then `ship` behind both; what each received is told. */
const makeOrder = (version = '1.0.0') => {
  const calls: [string, unknown][] = []
  const order = defineTask({ name: 'order', version })
    .step('load', async ({ context }) => {
      calls.push(['load', context])
      return { total: 5 }
    })
    .step('charge', { dependsOn: ['load'] }, async ({ results, context }) => {
      calls.push(['charge', results])
      if ((context as { fail?: boolean }).fail === true) throw new PermanentError('no')
      return { charged: results.load.total }
    })
    .step('pack', { dependsOn: ['load'], skippable: true }, async () => void calls.push(['pack', undefined]))
    .step('ship', { dependsOn: ['charge', 'pack'] }, async ({ results }) => {
      calls.push(['ship', results])
      return 'shipped'
    })
  return { order, calls }
}

describe('running a task again from a step', () => {
  it('takes over the results of what came before, runs the rest, and is linked to the first task', async () => {
    const { order, calls } = makeOrder()
    await using t = await openTestTasker({ handlers: [order] })
    const first = await t.tasks.create(order, {
      context: { orderId: 7 },
      tags: ['vip'],
      priority: 3,
      initiator: 'shop',
    })
    await t.tasks.wait(first)
    calls.length = 0
    const again = await t.tasks.rerun(first, { from: 'charge', ...by })
    assert.deepEqual(again.rerunOf, { taskId: first.id, from: ['charge'] })
    assert.deepEqual(
      [again.reason, again.initiator, again.tags, again.priority, again.context, again.correlationId],
      [by.reason, 'ada', ['vip'], 3, { orderId: 7 }, first.correlationId],
    )
    const ended = await t.tasks.wait(again)
    assert.equal(ended.state, 'complete')
    assert.deepEqual(calls, [
      ['charge', { load: { total: 5 } }],
      ['ship', { charge: { charged: 5 }, pack: null }],
    ])
    const [load, charge, pack, ship] = ended.steps
    assert.deepEqual([load!.state, load!.resolvedHow, load!.results], ['resolved_manually', 'by_person', { total: 5 }])
    assert.deepEqual([charge!.state, pack!.state, ship!.state], ['complete', 'resolved_manually', 'complete'])
    const told = t.events.of('step.resolved_manually').filter(({ taskId }) => taskId === again.id)
    assert.deepEqual(
      told
        .map(({ payload }) => payload as { reason: string; actor: unknown })
        .map(({ reason, actor }) => [reason, actor]),
      Array.from({ length: 2 }, () => [`carried over from task ${first.id}`, actor]),
    )
    assert.deepEqual(
      (await t.tasks.list({ rerunOf: first.id })).items.map(({ id }) => id),
      [again.id],
    )
    assert.equal((await t.tasks.get(first.id))!.rerunOf, null)
    const third = await t.tasks.rerun(again, { from: ['ship', 'pack'], ...by })
    assert.equal((await t.tasks.wait(third)).state, 'complete')
    assert.deepEqual(calls.slice(2), [
      ['pack', undefined],
      ['ship', { charge: { charged: 5 }, pack: null }],
    ])
    await assertSound(t)
  })

  it('does so after a failure, with another context, for whoever takes the task up', async () => {
    const { order, calls } = makeOrder()
    await using t = await openTestTasker({ handlers: [order] })
    const failed = await t.run(order, { fail: true } as never)
    assert.equal(failed.state, 'error')
    calls.length = 0
    // A worker that did not create the task reads its steps and their results.
    await t.tasks.pause({ name: 'order' }, by)
    const again = await t.tasks.rerun(failed.id, { from: 'charge', context: { fail: false } })
    assert.equal(again.reason, `runs task ${failed.id} again from charge`)
    assert.equal(again.parked, 'paused')
    await t.restart()
    await t.tasks.resume({ name: 'order' }, by)
    assert.equal((await t.tasks.wait(again)).state, 'complete')
    assert.deepEqual(calls, [
      ['charge', { load: { total: 5 } }],
      ['ship', { charge: { charged: 5 }, pack: null }],
    ])
    await assertSound(t)
  })

  it('shares the limit of its own context, or of the key that the first task was given', async () => {
    const order = defineTask({ name: 'order', concurrencyKey: { from: 'context.customer', limit: 1 } }).step(
      'load',
      async () => undefined,
    )
    await using t = await openTestTasker({ handlers: [order] })
    const keyOfRerun = async (concurrencyKey?: string): Promise<string | null> => {
      const first = await t.tasks.create(order, {
        context: { customer: 'ada' },
        ...(concurrencyKey === undefined ? {} : { concurrencyKey }),
      })
      await t.tasks.wait(first)
      return (await t.tasks.rerun(first, { from: 'load', context: { customer: 'ben' } })).concurrencyKey
    }
    assert.equal(await keyOfRerun(), 'ben')
    assert.equal(await keyOfRerun('north'), 'north')
  })

  it('keeps what was skipped skipped, and runs what had not been done beside', async () => {
    const gates = defineTask({ name: 'gates' })
      .step('a', { skippable: true }, async () => 1)
      .step('b', async () => {
        throw new PermanentError('no')
      })
      .step('c', { dependsOn: ['a'] }, async () => 3)
    await using t = await openTestTasker({ handlers: [gates] })
    const first = await t.tasks.create(gates, { bypassSteps: ['a'] })
    await t.tasks.wait(first)
    const again = await t.tasks.wait(await t.tasks.rerun(first, { from: 'c', ...by }))
    assert.deepEqual(
      again.steps.map(({ state, resolvedHow, attempts }) => [state, resolvedHow, attempts]),
      [
        ['resolved_manually', 'skipped', 0],
        ['error', null, 1],
        ['complete', null, 1],
      ],
    )
    await assertSound(t)
  })

  it('may use another version of the task, whose new steps run', async () => {
    const { order } = makeOrder()
    const next = makeOrder('1.1.0')
    const bill = next.order.step('bill', { dependsOn: ['load'] }, async ({ results }) => results.load.total)
    await using t = await openTestTasker({ handlers: [order, bill] })
    const first = await t.run(order)
    assert.equal((await t.tasks.rerun(first.id, { from: 'ship' })).version, '1.0.0')
    const again = await t.tasks.rerun(first.id, { from: 'ship', version: '^1.1.0', ...by })
    const ended = await t.tasks.wait(again)
    assert.deepEqual(
      [again.version, ended.state, ended.steps.find(({ name }) => name === 'bill')!.results],
      ['1.1.0', 'complete', 5],
    )
    await assertSound(t)
  })

  it('is no duplicate of the first task, whatever they are known by', async () => {
    const known = defineTask({ name: 'known', identity: 'hash' }).step('only', async () => 1)
    await using t = await openTestTasker({ handlers: [known] })
    const first = await t.run(known)
    const again = await t.tasks.rerun(first.id, { from: 'only' })
    assert.notEqual(again.id, first.id)
    assert.equal((await t.tasks.wait(again)).state, 'complete')
    await assertSound(t)
  })

  it('is refused with the reason where it cannot be meant, and creates nothing', async () => {
    const gate = Promise.withResolvers<void>()
    const { order } = makeOrder()
    const slow = defineTask({ name: 'slow' }).step('only', () => gate.promise)
    await using t = await openTestTasker({ handlers: [order, slow], clock: 'system' })
    const running = await t.tasks.create(slow)
    const done = await t.tasks.wait(await t.tasks.create(order))
    const failed = await t.tasks.wait(await t.tasks.create(order, { context: { fail: true } as never }))
    const count = async () => Object.values(await t.tasks.count()).reduce((sum, each) => sum + each, 0)
    const before = await count()
    const refusals: [() => Promise<unknown>, object][] = [
      [() => t.tasks.rerun(done, { from: 'chrage' }), { code: 'STEP_NOT_FOUND', message: /Did you mean "charge"/ }],
      [
        () => t.tasks.rerun(running, { from: 'only' }),
        { code: 'RERUN_REFUSED', message: /it is (pending|in_progress)/ },
      ],
      [() => t.tasks.rerun(failed, { from: 'ship' }), { code: 'RERUN_REFUSED', message: /wait for charge \(error\)/ }],
      [() => t.tasks.rerun(done, {} as never), { code: 'INVALID_COMMAND', message: /from must be the name of a step/ }],
      [() => t.tasks.rerun(done, { from: [] }), { code: 'INVALID_COMMAND' }],
      [() => t.tasks.rerun(done, { from: 'ship', version: '^7' }), { code: 'UNKNOWN_HANDLER' }],
      [() => t.tasks.rerun(done, { from: 'ship', context: 7n }), { code: 'NOT_STORABLE' }],
      [() => t.tasks.rerun('0190a000-0000-7000-8000-000000000001', { from: 'x' }), { code: 'TASK_NOT_FOUND' }],
    ]
    for (const [ask, error] of refusals) await assert.rejects(ask, error)
    t.hooks.add('beforeCommand', ({ kind, subject }) => {
      assert.deepEqual([kind, subject], ['task.rerun', { taskId: done.id }])
      throw new Error('not you')
    })
    await assert.rejects(t.tasks.rerun(done, { from: 'ship' }), /not you/)
    assert.equal(await count(), before)
    gate.resolve()
    await t.tasks.wait(running)
  })

  it('leaves out what has no results, and refuses what a decision did not choose, or an element', async () => {
    const seen: unknown[] = []
    const task = defineTask({ name: 'routed' })
      .decide('route', { branches: ['left', 'right'] }, async () => ['left' as const])
      .step('left', async () => 1)
      .step('right', async () => 2)
      .step('beyond', { dependsOn: ['right'] }, async () => 3)
      .each('list', { over: () => [1, 2] }, async ({ item }) => item)
      .step('join', { dependsOn: ['left', 'right', 'list'] }, async ({ results }) => {
        seen.push('right' in results && results.right === undefined ? 'nothing' : results.right)
        return null
      })
    await using t = await openTestTasker({ handlers: [task] })
    const done = await t.run(task)
    await t.tasks.wait(await t.tasks.rerun(done.id, { from: 'join' }))
    assert.deepEqual(seen, ['nothing', 'nothing'])
    for (const from of ['right', 'beyond']) {
      await assert.rejects(t.tasks.rerun(done.id, { from }), {
        code: 'RERUN_REFUSED',
        message: new RegExp(`${from} was not chosen; name the decision`),
      })
    }
    await assert.rejects(t.tasks.rerun(done.id, { from: 'list[1]' }), /list\[1\] is an element of list.*name list/)
    const both = await t.tasks.wait(await t.tasks.rerun(done.id, { from: ['route', 'right'] }))
    assert.equal(both.state, 'complete')
  })

  it('keeps to what a decision has chosen that it takes over, also for steps behind the one that runs again', async () => {
    const ran: string[] = []
    const task = defineTask({ name: 'routed' })
      .step('fetch', () => void ran.push('fetch'))
      .decide('route', { dependsOn: [], branches: ['left', 'right'] }, () => ['left' as const])
      .step('left', { dependsOn: ['fetch'] }, () => void ran.push('left'))
      .step('right', { dependsOn: ['fetch'] }, () => void ran.push('right'))
      .step('beyond', { dependsOn: ['right'] }, () => void ran.push('beyond'))
      .step('join', { dependsOn: ['left', 'beyond'] }, () => void ran.push('join'))
    await using t = await openTestTasker({ handlers: [task] })
    const done = await t.run(task)
    const again = await t.tasks.wait(await t.tasks.rerun(done.id, { from: 'fetch' }))
    assert.equal(again.state, 'complete')
    assert.deepEqual(ran, ['fetch', 'left', 'join', 'fetch', 'left', 'join'])
    const how = again.steps.flatMap(({ name, resolvedHow }) => (resolvedHow === null ? [] : [[name, resolvedHow]]))
    assert.deepEqual(how, [
      ['route', 'by_person'],
      ['right', 'unchosen'],
      ['beyond', 'unchosen'],
    ])
    await assertSound(t)
  })

  it('is refused from a step that was cancelled before its decision left it out', async () => {
    const isDecided = Promise.withResolvers<void>()
    const task = defineTask({ name: 'routed' })
      .decide('route', { branches: ['left', 'right'] }, async () => {
        await isDecided.promise
        return ['left' as const]
      })
      .step('left', () => 1)
      .step('right', () => 2)
    await using t = await openTestTasker({ handlers: [task], clock: 'system' })
    const first = await t.tasks.create(task)
    await until(async () => (await t.tasks.get(first))!.steps[0]!.state === 'in_progress')
    await t.steps.cancel({ task: first, step: 'right' }, by)
    isDecided.resolve()
    await t.tasks.wait(first)
    await assert.rejects(t.tasks.rerun(first, { from: 'right', ...by }), {
      code: 'RERUN_REFUSED',
      message: /not chosen/,
    })
  })
})
