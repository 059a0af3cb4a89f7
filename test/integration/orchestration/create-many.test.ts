import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const ship = defineTask({
  namespace: 'shop',
  name: 'ship',
  version: '1.0.0',
  context: Type.Object({ orderId: Type.Integer() }),
}).step('send', async ({ context }) => ({ sent: context.orderId }))

describe('creating many tasks in one call', () => {
  it('stores and runs them all, each with its context, in far fewer statements than tasks', async () => {
    const t = await openTestTasker({ handlers: [ship] })
    const requests = Array.from({ length: 500 }, (_, orderId) => ({ context: { orderId } }))
    const created = await t.tasks.createMany(ship, requests)
    assert.deepEqual(
      created.map(({ context }) => (context as { orderId: number }).orderId),
      requests.map(({ context }) => context.orderId),
    )
    for (const task of [created[0]!, created[499]!]) {
      const { state, steps } = await t.tasks.wait(task)
      assert.deepEqual(
        [state, steps[0]!.results],
        ['complete', { sent: (task.context as { orderId: number }).orderId }],
      )
    }
    await t.stop()
  })

  it('stores none if one is refused, and says which', async () => {
    const t = await openTestTasker({ handlers: [ship] })
    const requests = [{ context: { orderId: 1 } }, { context: { orderId: 'two' as never } }]
    await assert.rejects(t.tasks.createMany(ship, requests), (error: Error & { code: string }) => {
      assert.equal(error.code, 'TASK_OF_MANY_REFUSED')
      assert.match(error.message, /Request 2 of 2 was refused, and no task was created.*orderId/s)
      return true
    })
    assert.deepEqual((await t.tasks.list()).items, [])
    await t.stop()
  })

  it('takes requests by name as well', async () => {
    const t = await openTestTasker({ handlers: [ship] })
    const created = await t.tasks.createMany([
      { namespace: 'shop', name: 'ship', context: { orderId: 1 } },
      { namespace: 'shop', name: 'ship', context: { orderId: 2 }, priority: 3 },
    ])
    assert.deepEqual(
      created.map(({ priority }) => priority),
      [0, 3],
    )
    await t.stop()
  })
})
