import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const actor = { id: 'ada', kind: 'person', name: 'Ada' } as const
const order = defineTask({ name: 'order' })
  .step('load', async () => ({ total: 1 }))
  .step('charge', { dependsOn: ['load'], retryable: false }, async () => {
    throw new Error('the bank says no')
  })
const quick = defineTask({ name: 'quick' }).step('only', async () => 1)

const assertSound = async (t: { verify(): Promise<{ differences: unknown; stuck: unknown }> }) => {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}

describe('what people change of tasks', () => {
  it('is their reason, their tags and their priority, in whatever state they are, with who did it and why', async () => {
    await using t = await openTestTasker({ handlers: [order, quick] })
    const waiting = await t.tasks.create(quick, { runAt: '2099-01-01T00:00:00Z', tags: ['a'], reason: 'first' })
    const failed = await t.run(order)
    const complete = await t.run(quick)
    for (const { id } of [waiting, failed, complete]) {
      const before = (await t.tasks.get(id))!
      const after = await t.tasks.update(id, { tags: ['vip', 'b, c'], priority: 7 }, { reason: 'she called', actor })
      assert.deepEqual(after, { ...before, tags: ['vip', 'b, c'], priority: 7, epoch: after.epoch })
      const [change] = (await t.tasks.changes(id)).items
      assert.deepEqual(
        [change!.kind, change!.data, change!.reason, change!.actor, change!.subjectKey],
        ['task.update', { tags: ['vip', 'b, c'], priority: 7 }, 'she called', actor, id],
      )
    }
    const { reason, tags } = await t.tasks.update(complete.id, { reason: 'second' }, { reason: 'it was wrong', actor })
    assert.deepEqual([reason, tags], ['second', ['vip', 'b, c']])
    assert.equal((await t.tasks.changes(complete.id)).items.length, 2)
    await assertSound(t)
  })

  it('reaches a task that runs, in order with what it writes itself', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = defineTask({ name: 'slow' })
      .step('first', () => promise)
      .step('second', { dependsOn: ['first'] }, async () => 2)
    await using t = await openTestTasker({ handlers: [slow], clock: 'system' })
    const task = await t.tasks.create(slow)
    const updates = Array.from({ length: 5 }, (_, index) => t.tasks.update(task, { tags: [`${index}`] }, { actor }))
    const states = (await Promise.all(updates)).map(({ state }) => state)
    assert(states.every((state) => state === 'in_progress' || state === 'pending'))
    resolve()
    const ended = await t.tasks.wait(task)
    const last = (await t.tasks.changes(task)).items.at(-1)!
    assert.deepEqual([ended.state, ended.tags], ['complete', last.data.tags])
    await assertSound(t)
  })

  it('may be a note, which is read back in order and changes nothing else', async () => {
    await using t = await openTestTasker({ handlers: [order] })
    const { id } = await t.run(order)
    const before = (await t.tasks.get(id))!
    const value = { ticket: 'SUP-1', list: [1, null], text: 'ä "😀"' }
    const first = await t.tasks.annotate(id, { type: 'ticket', value }, { reason: 'looked into it', actor })
    const second = await t.tasks.annotate(id, { type: 'comment', value: 'done' })
    assert.deepEqual(
      [first.type, first.value, first.reason, first.actor, first.taskId],
      ['ticket', value, 'looked into it', actor, id],
    )
    assert.deepEqual((await t.tasks.annotations(id)).items, [first, second])
    const page = await t.tasks.annotations(id, { limit: 1 })
    assert.deepEqual((await t.tasks.annotations(id, { limit: 1, after: page.next! })).items, [second])
    const after = (await t.tasks.get(id))!
    assert.deepEqual(after, { ...before, epoch: after.epoch })
    await assertSound(t)
  })

  it('is refused as a whole where it cannot be meant, and nothing is written', async () => {
    await using t = await openTestTasker({ handlers: [quick] })
    const { id } = await t.run(quick)
    const refusals: [Promise<unknown>, RegExp][] = [
      [t.tasks.update(id, {}), /says nothing; give reason, tags, priority/],
      [t.tasks.update(id, { tags: 'vip' } as never), /tags must be a list of texts; received "vip"/],
      [t.tasks.update(id, { prioriti: 1 } as never), /prioriti is not known; did you mean "priority"/],
      [t.tasks.update(id, { priority: 1.5 }), /priority must be a whole number/],
      [t.tasks.update(id, null as never), /must be an object; received null/],
      [t.tasks.annotate(id, { type: '', value: 1 }), /type must be a text that is not empty/],
      [t.tasks.annotate(id, { type: 'x' } as never), /value must be anything that JSON can hold; received nothing/],
      [
        t.tasks.update(id, { priority: 1 }, { actor: { id: 'x' } as never }),
        /kind is one of person, system, api, agent/,
      ],
    ]
    for (const [refused, message] of refusals) await assert.rejects(refused, { code: 'INVALID_COMMAND', message })
    await assert.rejects(t.tasks.annotate(id, { type: 'x', value: 'a\u0000b' }), { code: 'NOT_STORABLE' })
    const nobody = '0190a000-0000-7000-8000-000000000001'
    await assert.rejects(t.tasks.update(nobody, { priority: 1 }), { code: 'TASK_NOT_FOUND' })
    assert.deepEqual((await t.tasks.changes(id)).items, [])
  })

  it('is asked of the hooks, which may refuse it', async () => {
    await using t = await openTestTasker({ handlers: [quick] })
    const { id } = await t.run(quick)
    t.hooks.add('beforeCommand', ({ kind, actor: { id: who } }) => {
      if (kind === 'task.annotate' && who !== 'ada') throw new Error('only Ada may')
    })
    await assert.rejects(
      t.tasks.annotate(id, { type: 'x', value: 1 }, { actor: { id: 'bob', kind: 'person' } }),
      /only Ada may/,
    )
    await t.tasks.annotate(id, { type: 'x', value: 1 }, { actor })
    assert.equal((await t.tasks.annotations(id)).items.length, 1)
  })
})
