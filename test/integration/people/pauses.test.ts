import assert from 'node:assert/strict'
import { defineTask, PermanentError, RetryableError, type TaskerEvent } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { until } from '../events/observation.js'

const actor = { id: 'ada', kind: 'person' } as const
const by = { reason: 'the bank is away', actor }

const assertSound = async (t: TestTasker) => {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}
const entriesOf = async (t: TestTasker, id: string) => (await t.tasks.get(id))!.logEntry

/** The next finalisation of whatever task. */
const finalised = (t: TestTasker) =>
  new Promise<TaskerEvent<'workflow.task_finalization_completed'>>((resolve) => {
    t.events.once('workflow.task_finalization_completed', (event) => resolve(event))
  })

describe('a paused task', () => {
  it('waits from before its first step until it is resumed', async () => {
    const chain = defineTask({ name: 'chain' }).step('only', async () => 1)
    await using t = await openTestTasker({ handlers: [chain] })
    const task = await t.tasks.create(chain, { runAt: new Date(t.clock.now() + 60_000) })
    const paused = await t.tasks.pause(task, by)
    assert.deepEqual([paused.state, paused.parked, paused.dueAt], ['pending', 'paused', task.dueAt])
    assert.equal(paused.pausedAt, new Date(t.clock.now()).toISOString())
    const entries = await entriesOf(t, task.id)
    await t.clock.advance('3d')
    assert.equal(await entriesOf(t, task.id), entries)
    assert.equal((await t.tasks.get(task.id))!.state, 'pending')
    assert.equal(await t.hasUnfinishedTasks(), false)
    await assertSound(t)
    const resumed = await t.tasks.resume(task, by)
    assert.deepEqual([resumed.pausedAt, resumed.parked], [null, null])
    assert.equal((await t.tasks.wait(task)).state, 'complete')
    const kinds = (await t.tasks.changes(task)).items.map(({ kind, reason }) => [kind, reason])
    assert.deepEqual(kinds, [
      ['task.pause', by.reason],
      ['task.resume', by.reason],
    ])
    await assertSound(t)
  })

  it('keeps its time if it is resumed before that', async () => {
    const chain = defineTask({ name: 'chain' }).step('only', async () => 1)
    await using t = await openTestTasker({ handlers: [chain] })
    const task = await t.tasks.create(chain, { runAt: new Date(t.clock.now() + 3_600_000) })
    await t.tasks.pause(task, by)
    await t.clock.advance('10m')
    await t.tasks.resume(task, by)
    await t.clock.advance('10m')
    assert.equal((await t.tasks.get(task.id))!.state, 'pending')
    await t.clock.advance('1h')
    assert.equal((await t.tasks.get(task.id))!.state, 'complete')
    await assertSound(t)
  })

  it('lets what runs come to its end, and then waits', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const ran: string[] = []
    const chain = defineTask({ name: 'chain' })
      .step('first', async () => {
        begun.resolve()
        await gate.promise
        ran.push('first')
      })
      .step('second', { dependsOn: ['first'] }, async () => void ran.push('second'))
    await using t = await openTestTasker({ handlers: [chain], clock: 'system' })
    const task = await t.tasks.create(chain)
    await begun.promise
    const paused = await t.tasks.pause(task, by)
    assert.deepEqual([paused.state, paused.parked, paused.pausedAt !== null], ['in_progress', null, true])
    assert.deepEqual(await t.tasks.pause(task, by), { ...paused })
    const parked = finalised(t)
    gate.resolve()
    const { payload } = await parked
    assert.deepEqual([payload.decision, payload.reason, payload.state], ['park', 'workflow_paused', 'pending'])
    const waiting = (await t.tasks.get(task.id))!
    assert.deepEqual([waiting.state, waiting.parked, waiting.ownerId], ['pending', 'paused', null])
    assert.deepEqual(ran, ['first'])
    await assertSound(t)
    await t.tasks.resume(task, by)
    assert.equal((await t.tasks.wait(task)).state, 'complete')
    assert.deepEqual(ran, ['first', 'second'])
    await assertSound(t)
  })

  it('goes on without having been parked if it is resumed while a step still runs', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const chain = defineTask({ name: 'chain' })
      .step('first', async () => {
        begun.resolve()
        await gate.promise
      })
      .step('second', { dependsOn: ['first'] }, async () => 2)
    await using t = await openTestTasker({ handlers: [chain], clock: 'system' })
    const task = await t.tasks.create(chain)
    await begun.promise
    await t.tasks.pause(task, by)
    await t.tasks.resume(task, by)
    gate.resolve()
    assert.equal((await t.tasks.wait(task)).state, 'complete')
    assert(!t.events.names().includes('workflow.no_viable_steps'))
    await assertSound(t)
  })

  it('waits also while a step waits for its next attempt, which comes at its time or when it is resumed', async () => {
    const flaky = defineTask({ name: 'flaky' }).step('call', async ({ attempt }) => {
      if (attempt < 2) throw new RetryableError('busy', { retryAfterMs: 3_600_000 })
      return attempt
    })
    await using t = await openTestTasker({ handlers: [flaky] })
    const task = await t.tasks.create(flaky)
    await t.clock.advance('1m')
    assert.equal((await t.tasks.pause(task, by)).parked, 'paused')
    await t.clock.advance('2h')
    assert.equal((await t.tasks.get(task.id))!.steps[0]!.attempts, 1)
    await t.tasks.resume(task, by)
    assert.equal((await t.tasks.wait(task)).state, 'complete')
    await assertSound(t)
  })

  it('gives its place among the tasks of its key to another, and waits for one when it is resumed', async () => {
    const gates = new Map<string, ReturnType<typeof Promise.withResolvers<void>>>()
    const gateOf = (key: string) => {
      if (!gates.has(key)) gates.set(key, Promise.withResolvers<void>())
      return gates.get(key)!
    }
    const ran: string[] = []
    const bill = defineTask({ name: 'bill', concurrencyKey: () => 'one' })
      .step('first', async ({ taskId }) => {
        ran.push(`${taskId} first`)
        await gateOf(taskId).promise
      })
      .step('second', { dependsOn: ['first'] }, async ({ taskId }) => void ran.push(`${taskId} second`))
    await using t = await openTestTasker({ handlers: [bill], clock: 'system' })
    const parkedAs = async (id: string, parked: string | null) => {
      const isSo = async () => (await t.tasks.get(id))!.parked === parked
      await until(isSo)
    }
    const { id: one } = await t.tasks.create(bill)
    await until(() => ran.includes(`${one} first`))
    const { id: other } = await t.tasks.create(bill)
    await parkedAs(other, 'limit')
    await t.tasks.pause(one, by)
    assert.deepEqual(ran, [`${one} first`])
    gateOf(one).resolve()
    await parkedAs(one, 'paused')
    await until(() => ran.includes(`${other} first`))
    await t.tasks.resume(one, by)
    await parkedAs(one, 'limit')
    assert.deepEqual(ran, [`${one} first`, `${other} first`])
    gateOf(other).resolve()
    assert.equal((await t.tasks.wait(other, { timeoutMs: 10_000 })).state, 'complete')
    assert.equal((await t.tasks.wait(one, { timeoutMs: 10_000 })).state, 'complete')
    assert.deepEqual(ran, [`${one} first`, `${other} first`, `${other} second`, `${one} second`])
    await assertSound(t)
  })

  it('can be cancelled, and its steps resolved, and stays paused by the latter', async () => {
    const chain = defineTask({ name: 'chain' })
      .step('first', async () => 1)
      .step('second', { dependsOn: ['first'] }, async () => 2)
    await using t = await openTestTasker({ handlers: [chain] })
    const runAt = new Date(t.clock.now() + 60_000)
    const [one, other] = [await t.tasks.create(chain, { runAt }), await t.tasks.create(chain, { runAt })]
    for (const task of [one, other]) await t.tasks.pause(task, by)
    await t.steps.resolve({ task: one, step: 'first' }, { results: 5, ...by })
    await t.clock.advance('1h')
    // Its creation and the resolution: nobody has taken it up in between.
    assert.equal(await entriesOf(t, one.id), 2)
    const paused = (await t.tasks.get(one.id))!
    assert.deepEqual(
      [paused.parked, paused.steps.map(({ state }) => state)],
      ['paused', ['resolved_manually', 'pending']],
    )
    assert.equal((await t.tasks.cancel(other, by)).state, 'cancelled')
    await assertSound(t)
    await t.tasks.resume(one, by)
    assert.equal((await t.tasks.wait(one)).state, 'complete')
    await assertSound(t)
  })

  it('is still paused after its failure, when it is retried', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const failing = defineTask({ name: 'failing' }).step('only', async ({ attempt }) => {
      begun.resolve()
      await gate.promise
      if (attempt === 1) throw new PermanentError('no')
    })
    await using t = await openTestTasker({ handlers: [failing], clock: 'system' })
    const task = await t.tasks.create(failing)
    await begun.promise
    await t.tasks.pause(task, by)
    gate.resolve()
    assert.equal((await t.tasks.wait(task)).state, 'error')
    assert.equal((await t.tasks.retry(task, by)).parked, 'paused')
    await assertSound(t)
    await t.tasks.resume(task, by)
    assert.equal((await t.tasks.wait(task)).state, 'complete')
    await assertSound(t)
  })

  it('can be paused only while it is unfinished, and the error lists what is possible', async () => {
    const failing = defineTask({ name: 'failing' }).step('only', async () => {
      throw new PermanentError('no')
    })
    const fine = defineTask({ name: 'fine' }).step('only', async () => 1)
    await using t = await openTestTasker({ handlers: [failing, fine] })
    const legal = ['task.cancel', 'task.resolve', 'task.retry']
    const failed = await t.run(failing)
    await assert.rejects(t.tasks.pause(failed.id, by), (error: { code: string; details: { legal: string[] } }) => {
      assert.equal(error.code, 'ILLEGAL_TRANSITION')
      assert.deepEqual(error.details.legal, legal)
      return true
    })
    const complete = await t.run(fine)
    for (const command of ['pause', 'resume'] as const)
      await assert.rejects(t.tasks[command](complete.id, by), { code: 'ILLEGAL_TRANSITION' })
    assert.deepEqual((await t.tasks.changes(complete.id)).items, [])
  })
})

describe('a paused namespace or task type', () => {
  const task = (namespace: string, name: string, version = '1.0.0') =>
    defineTask({ namespace, name, version }).step('only', async () => 1)
  const refund = task('payments', 'refund')
  const refundNext = task('payments', 'refund', '2.0.0')
  const charge = task('payments', 'charge')
  const mail = task('letters', 'mail')
  const handlers = [refund, refundNext, charge, mail]

  it('has all its tasks wait, parked and visible, those created later too, and others run', async () => {
    await using t = await openTestTasker({ handlers })
    const before = await t.tasks.create(charge, { runAt: new Date(t.clock.now() + 1000) })
    const pause = await t.namespaces.pause('payments', by)
    assert.deepEqual(
      [pause.key, pause.namespace, pause.name, pause.version, pause.reason, pause.actor],
      ['payments', 'payments', null, null, by.reason, actor],
    )
    assert.deepEqual(await t.tasks.pauses(), [pause])
    assert.deepEqual(await t.namespaces.pause('payments', { reason: 'again' }), pause)
    const later = await t.tasks.create(refund)
    assert.equal(later.parked, 'paused')
    assert.equal((await t.run(mail)).state, 'complete')
    await t.clock.advance('2d')
    for (const { id } of [before, later]) {
      const { state, parked, pausedAt, ownerId } = (await t.tasks.get(id))!
      assert.deepEqual([state, parked, pausedAt, ownerId], ['pending', 'paused', null, null])
    }
    assert.deepEqual([await entriesOf(t, before.id), await entriesOf(t, later.id)], [1, 1])
    assert.equal((await t.namespaces.get('payments'))!.pausedAt, pause.pausedAt)
    await assertSound(t)
    await assert.rejects(t.tasks.resume(later, by), { code: 'COMMAND_REFUSED', message: /namespace payments/ })
    assert.equal(await t.namespaces.resume('payments', by), true)
    assert.equal(await t.namespaces.resume('payments', by), false)
    for (const waiting of [before, later]) assert.equal((await t.tasks.wait(waiting)).state, 'complete')
    assert.deepEqual(await t.tasks.pauses(), [])
    await assertSound(t)
  })

  it('may be one version, or all versions of a task', async () => {
    await using t = await openTestTasker({ handlers })
    const type = { namespace: 'payments', name: 'refund' }
    await t.tasks.pause({ ...type, version: '2.0.0' }, by)
    assert.equal((await t.run(refund)).state, 'complete')
    const held = await t.tasks.create(refundNext)
    assert.equal(held.parked, 'paused')
    await t.tasks.pause(type, by)
    const alsoHeld = await t.tasks.create(refund)
    assert.deepEqual(
      (await t.tasks.pauses()).map(({ key }) => key),
      ['payments.refund', 'payments.refund@2.0.0'],
    )
    assert.equal((await t.run(charge)).state, 'complete')
    await t.tasks.resume(type, by)
    assert.equal((await t.tasks.wait(alsoHeld)).state, 'complete')
    assert.equal((await t.tasks.get(held.id))!.parked, 'paused')
    await t.tasks.resume({ ...type, version: '2.0.0' }, by)
    assert.equal((await t.tasks.wait(held)).state, 'complete')
    await assertSound(t)
  })

  it('lets what runs come to its end, in the process that pauses and in others', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow = defineTask({ namespace: 'payments', name: 'slow' })
      .step('first', async () => {
        begun.resolve()
        await gate.promise
      })
      .step('second', { dependsOn: ['first'] }, async () => 2)
    await using t = await openTestTasker({ handlers: [slow], clock: 'system' })
    const running = await t.tasks.create(slow)
    await begun.promise
    await t.namespaces.pause('payments', by)
    const parked = finalised(t)
    gate.resolve()
    assert.equal((await parked).payload.decision, 'park')
    const waiting = (await t.tasks.get(running.id))!
    assert.deepEqual(
      [waiting.parked, waiting.pausedAt, waiting.steps.map(({ state }) => state)],
      ['paused', null, ['complete', 'pending']],
    )
    await t.namespaces.resume('payments', by)
    assert.equal((await t.tasks.wait(running)).state, 'complete')
    await assertSound(t)
  })

  it('is still paused after a restart, and resumed by a process that does not work', async () => {
    await using t = await openTestTasker({ handlers })
    await t.namespaces.pause('payments', by)
    const held = await t.tasks.create(refund)
    await t.restart()
    const later = await t.tasks.create(charge)
    assert.equal(later.parked, 'paused')
    await t.clock.advance('1h')
    await t.namespaces.resume('payments', by)
    for (const waiting of [held, later]) assert.equal((await t.tasks.wait(waiting)).state, 'complete')
    await assertSound(t)
  })

  it('holds also what is retried under it', async () => {
    const failing = defineTask({ namespace: 'payments', name: 'failing' }).step('only', async ({ attempt }) => {
      if (attempt === 1) throw new PermanentError('no')
    })
    await using t = await openTestTasker({ handlers: [failing] })
    const failed = await t.run(failing)
    await t.namespaces.pause('payments', by)
    await t.tasks.retry(failed.id, by)
    while ((await t.tasks.get(failed.id))!.parked !== 'paused') await new Promise((resolve) => setTimeout(resolve, 5))
    await t.clock.advance('1d')
    assert.equal((await t.tasks.get(failed.id))!.state, 'pending')
    await t.namespaces.resume('payments', by)
    assert.equal((await t.tasks.wait(failed.id)).state, 'complete')
    await assertSound(t)
  })

  it('is refused where the name or the version cannot be one', async () => {
    await using t = await openTestTasker({ handlers })
    for (const [refused, message] of [
      [t.namespaces.pause('no such!', by), /namespace must be a letter, .*; received "no such!"/],
      [t.namespaces.findOrCreate(undefined as never), /namespace must be a letter/],
      [t.tasks.pause({ name: 'x', version: '^1' }, by), /version must be an exact version/],
      [t.tasks.pause({ name: undefined } as never, by), /name must be a letter/],
      [t.tasks.pause({ name: 'x', versoin: '1.0.0' } as never, by), /versoin is not known; did you mean "version"/],
    ] as const)
      await assert.rejects(refused, { code: 'INVALID_COMMAND', message })
    await assert.rejects(t.tasks.pause(undefined as never, by), { code: 'TASK_REFERENCE' })
    const asked: unknown[] = []
    t.hooks.add('beforeCommand', ({ kind, subject }) => {
      asked.push([kind, subject])
      throw new Error('not you')
    })
    await assert.rejects(t.namespaces.pause('payments', by), /not you/)
    await assert.rejects(t.tasks.pause({ namespace: 'payments', name: 'refund', version: '1.0.0' }, by), /not you/)
    await assert.rejects(t.namespaces.findOrCreate('new'), /not you/)
    assert.deepEqual(asked, [
      ['namespace.pause', { namespace: 'payments' }],
      ['task_type.pause', { namespace: 'payments', taskName: 'refund', version: '1.0.0' }],
      ['namespace.create', { namespace: 'new' }],
    ])
    assert.deepEqual(await t.tasks.pauses(), [])
  })
})

describe('namespaces', () => {
  it('are found or created, described and listed', async () => {
    const charge = defineTask({ namespace: 'payments', name: 'charge' }).step('only', async () => 1)
    await using t = await openTestTasker({ handlers: [charge] })
    const created = await t.namespaces.findOrCreate('letters', { description: 'All mail', ...by })
    assert.deepEqual([created.isNew, created.description, created.pausedAt], [true, 'All mail', null])
    const found = await t.namespaces.findOrCreate('letters', { description: 'Other' })
    assert.deepEqual(found, { ...created, isNew: false })
    const both = await Promise.all([t.namespaces.findOrCreate('raced'), t.namespaces.findOrCreate('raced')])
    assert.equal(both.filter(({ isNew }) => isNew).length, 1)
    // One that came into being with its handler has no description yet.
    await t.run(charge)
    const described = await t.namespaces.findOrCreate('payments', { description: 'Money', ...by })
    assert.deepEqual([described.isNew, described.description], [false, 'Money'])
    assert.equal((await t.namespaces.update('payments', { description: null }, by)).description, null)
    assert.deepEqual(
      (await t.namespaces.list()).map(({ name }) => name),
      ['letters', 'payments', 'raced'],
    )
    assert.equal(await t.namespaces.get('nowhere'), undefined)
    await assert.rejects(t.namespaces.update('leters', { description: 'x' }), {
      code: 'NAMESPACE_NOT_FOUND',
      message: /did you mean "letters"/,
    })
    await assert.rejects(t.namespaces.update('letters', { description: 7 as never }), { code: 'INVALID_COMMAND' })
  })
})
