import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const chain = defineTask({ name: 'chain' })
  .step('one', async () => 1)
  .step('two', { dependsOn: ['one'] }, async () => 2)

describe('A task whose creator has a place for it', () => {
  let tasker: TestTasker
  afterEach(() => tasker.stop())

  it('begins in the commit that creates it', async () => {
    tasker = await openTestTasker({ handlers: [chain] })
    const { id } = await tasker.tasks.create(chain)
    await tasker.tasks.wait(id)
    const durable = tasker.events.all().filter(({ taskId, position }) => taskId === id && position !== undefined)
    const places = durable.map(({ name, position }) => `${position!.split('.')[1]} ${name}`)
    const entries = Map.groupBy(places, (_, index) => durable[index]!.position!.split('.')[0]!)
    assert.deepEqual(
      [...entries.values()].map((events) => events.map((event) => event.replace(/^0+(?=\d)/, ''))),
      [
        [
          '0 task.initialize_requested',
          '1 step.initialize_requested',
          '2 step.initialize_requested',
          '3 task.start_requested',
          '4 step.execution_requested',
        ],
        ['0 step.completed', '1 step.execution_requested'],
        ['0 step.completed', '1 task.completed'],
      ],
    )
    assert.equal((await tasker.verify()).differences.length, 0)
  })

  it('is known to its creator before its first step begins', async () => {
    let id: string | undefined
    const curious = defineTask({ name: 'curious' }).step('look', async ({ taskId }) => ({ isKnown: taskId === id }))
    tasker = await openTestTasker({ handlers: [curious] })
    id = (await tasker.tasks.create(curious)).id
    const { steps } = await tasker.tasks.wait(id)
    assert.deepEqual(steps[0]!.results, { isKnown: true })
  })

  it('is taken over by another, with its step in progress, when its worker dies at that moment', async () => {
    tasker = await openTestTasker({ handlers: [chain] })
    tasker.faults.crashOn('step.execution_requested', { step: 'one' })
    const { id } = await tasker.tasks.create(chain)
    await tasker.crashed()
    await tasker.restart()
    assert.equal((await tasker.finish(id)).state, 'complete')
    assert.equal((await tasker.tasks.get(id))!.steps[0]!.attempts, 2)
  })

  it('leaves its place to others if it is a duplicate or refused', async () => {
    tasker = await openTestTasker({ handlers: [chain], execution: { concurrentTasks: 1 } })
    const request = { context: { order: 7 }, identity: 'order 7' }
    const [first, second] = await Promise.all([
      tasker.tasks.create(chain, request),
      tasker.tasks.create(chain, request),
    ])
    assert.equal(first.id, second.id)
    await tasker.tasks.wait(first)
    assert.equal((await tasker.tasks.create(chain, request)).isDuplicate, true)
    const { id } = await tasker.tasks.create(chain)
    assert.equal((await tasker.tasks.wait(id)).state, 'complete')
    assert.equal(tasker.events.of('workflow.task_started').length, 2)
  })
})
