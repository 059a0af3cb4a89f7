import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const by = { reason: 'a test', actor: { id: 'ada', kind: 'person' } } as const

const assertSound = async (t: TestTasker) => {
  const { differences, stuck } = await t.verify()
  assert.deepEqual([differences, stuck], [[], []])
}
const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('people and the other kinds of steps', () => {
  it('pause a task that waits for its child, which goes on, and whose end is not lost', async () => {
    const gate = Promise.withResolvers<void>()
    const inner = defineTask({ name: 'inner' }).step('work', async () => {
      await gate.promise
      return 5
    })
    const outer = defineTask({ name: 'outer' })
      .child('sub', { task: inner })
      .step('after', { dependsOn: ['sub'] }, async ({ results }) => results.sub)
    await using t = await openTestTasker({ handlers: [inner, outer], clock: 'system' })
    const parent = await t.tasks.create(outer)
    await until(async () => (await t.tasks.get(parent.id))!.parked === 'waiting_for_child')
    assert.equal((await t.tasks.pause(parent, by)).parked, 'paused')
    const child = (await t.tasks.get(parent.id))!.steps[0]!.childTaskId!
    gate.resolve()
    assert.equal((await t.tasks.wait(child)).state, 'complete')
    await until(async () => (await t.tasks.get(parent.id))!.steps[0]!.state === 'complete')
    const paused = (await t.tasks.get(parent.id))!
    assert.deepEqual([paused.state, paused.parked, paused.steps[1]!.state], ['pending', 'paused', 'pending'])
    await assertSound(t)
    await t.tasks.resume(parent, by)
    const ended = await t.tasks.wait(parent)
    assert.deepEqual([ended.state, ended.steps[1]!.results], ['complete', { work: 5 }])
    await assertSound(t)
  })

  it('resume a task whose child has not ended yet, and it waits for that again', async () => {
    const gate = Promise.withResolvers<void>()
    const inner = defineTask({ name: 'inner' }).step('work', () => gate.promise)
    const outer = defineTask({ name: 'outer' }).child('sub', { task: inner })
    await using t = await openTestTasker({ handlers: [inner, outer], clock: 'system' })
    const parent = await t.tasks.create(outer)
    await until(async () => (await t.tasks.get(parent.id))!.parked === 'waiting_for_child')
    await t.tasks.pause(parent, by)
    await t.tasks.resume(parent, by)
    gate.resolve()
    assert.equal((await t.tasks.wait(parent)).state, 'complete')
    await assertSound(t)
  })

  it('pause a task in the middle of a list: what runs of it ends, the other elements wait', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const called: number[] = []
    const listing = defineTask({ name: 'listing' }).each(
      'notify',
      { over: () => [0, 1, 2, 3, 4], concurrency: 2 },
      async ({ index }) => {
        called.push(index)
        if (called.length === 2) begun.resolve()
        if (index < 2) await gate.promise
        return index
      },
    )
    await using t = await openTestTasker({ handlers: [listing], clock: 'system' })
    const task = await t.tasks.create(listing)
    await begun.promise
    await t.tasks.pause(task, by)
    gate.resolve()
    await until(async () => (await t.tasks.get(task.id))!.parked === 'paused')
    assert.deepEqual(called, [0, 1])
    await assertSound(t)
    await t.tasks.resume(task, by)
    const ended = await t.tasks.wait(task)
    assert.deepEqual([ended.state, ended.steps[0]!.results], ['complete', [0, 1, 2, 3, 4]])
    const again = await t.tasks.wait(await t.tasks.rerun(task, { from: 'notify', ...by }))
    assert.deepEqual([again.state, again.steps[0]!.results], ['complete', [0, 1, 2, 3, 4]])
    await assertSound(t)
  })

  it('run again from behind a list or a child with their results, and from a decision with what it decides about', async () => {
    let choice = 'refund'
    const inner = defineTask({ name: 'inner' }).step('work', async () => 7)
    const calls: string[] = []
    const task = defineTask({ name: 'task' })
      .child('sub', { task: inner })
      .each('list', { dependsOn: ['sub'], over: () => ['a', 'b'] }, async ({ item }) => `${item}!`)
      .decide('route', { dependsOn: ['list'], branches: ['refund', 'archive'] }, async () => [choice as 'refund'])
      .step('refund', { dependsOn: ['route'] }, async () => void calls.push('refund'))
      .step('archive', { dependsOn: ['route'] }, async () => void calls.push('archive'))
      .step('end', { dependsOn: ['list', 'refund', 'archive'] }, async ({ results }) => {
        calls.push('end')
        return results.list
      })
    await using t = await openTestTasker({ handlers: [inner, task] })
    const first = await t.run(task)
    assert.equal(first.state, 'complete')
    assert.deepEqual(calls.splice(0), ['refund', 'end'])
    const fromEnd = await t.tasks.wait(await t.tasks.rerun(first.id, { from: 'end', ...by }))
    const states = (view: typeof fromEnd) =>
      view.steps.map(({ name, state, resolvedHow }) => `${name} ${resolvedHow ?? state}`)
    assert.deepEqual(states(fromEnd), [
      ...['sub by_person', 'list by_person', 'route by_person', 'refund by_person', 'archive unchosen', 'end complete'],
    ])
    assert.deepEqual([calls.splice(0), fromEnd.steps.at(-1)!.results], [['end'], ['a!', 'b!']])
    choice = 'archive'
    const fromRoute = await t.tasks.wait(await t.tasks.rerun(first.id, { from: 'route', ...by }))
    assert.deepEqual(states(fromRoute), [
      ...['sub by_person', 'list by_person', 'route complete', 'refund unchosen', 'archive complete', 'end complete'],
    ])
    assert.deepEqual(calls.splice(0), ['archive', 'end'])
    await assertSound(t)
  })
})
