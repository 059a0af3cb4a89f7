import assert from 'node:assert/strict'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const dependentSystems = { busy: { concurrency: 1 }, free: { concurrency: 1 } }

describe('a task that calls several systems with limits', () => {
  it('calls the one that is free while it waits for the other, although only one of its steps runs at once', async () => {
    const end = Promise.withResolvers<void>()
    const begun: string[] = []
    const holder = defineTask({ name: 'holder' }).step('hold', { dependentSystem: 'busy' }, () => end.promise)
    const task = defineTask({ name: 'both', concurrency: 1 })
      .step('first', { dependsOn: [], dependentSystem: 'busy' }, () => void begun.push('first'))
      .step('second', { dependsOn: [], dependentSystem: 'free' }, () => void begun.push('second'))
    await using t = await openTestTasker({ handlers: [holder, task], dependentSystems, handlerPatienceMs: 5 })
    await t.tasks.create(holder)
    await t.clock.advance(0)
    const { id } = await t.tasks.create(task)
    await t.clock.advance(0)
    assert.deepEqual(begun, ['second'])
    end.resolve()
    await t.clock.advance(0)
    assert.deepEqual(begun, ['second', 'first'])
    assert.equal((await t.tasks.get(id))!.state, 'complete')
  })
})
