import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const bystanderCount = 6

describe('A step that kills its process', () => {
  let tasker: TestTasker
  afterEach(() => tasker.stop())

  it('ends in error after three deaths, and not those that ran beside it the first two times', async () => {
    let running = 0
    const besideIt: number[] = []
    const deadly = defineTask({ name: 'deadly' }).step('explode', async ({ attempt }) => {
      while (attempt < 3 && running < bystanderCount) await sleep(5)
      await sleep(20)
      besideIt.push(running)
      void tasker.crash()
      await forever
    })
    const harmless = defineTask({ name: 'harmless' }).step('work', async ({ attempt }) => {
      running += 1
      if (attempt < 3) await forever
      await sleep(100)
      running -= 1
    })
    tasker = await openTestTasker({ handlers: [deadly, harmless], clock: 'system' })
    const bystanders = await Promise.all(Array.from({ length: bystanderCount }, () => tasker.tasks.create(harmless)))
    const { id } = await tasker.tasks.create(deadly)
    for (let death = 1; death <= 3; death++) {
      await tasker.crashed()
      // What ran in the lost process is no longer there.
      running = 0
      await tasker.restart()
    }
    const [ended, ...others] = await Promise.all([id, ...bystanders].map((task) => tasker.tasks.wait(task)))
    const [step] = ended!.steps
    assert.deepEqual([ended!.state, step!.error?.code, step!.attempts], ['error', 'OWNER_LOST', 3])
    assert.deepEqual(besideIt, [bystanderCount, bystanderCount, 0])
    assert.deepEqual(new Set(others.map(({ state }) => state)), new Set(['complete']))
  })
})

const forever = new Promise<never>(() => undefined)
