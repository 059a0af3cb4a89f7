import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const by = { reason: 'a test', actor: { id: 'ada', kind: 'person' } } as const

describe('what people cannot do', () => {
  it('is anything to a step of a task that has ended for good, whatever that left of it', async () => {
    const order = defineTask({ name: 'order' })
      .step('charge', { skippable: true }, async () => {
        throw new PermanentError('no')
      })
      .step('ship', { dependsOn: ['charge'], skippable: true }, async () => 1)
    await using t = await openTestTasker({ handlers: [order] })
    const cancelled = await t.run(order)
    await t.tasks.cancel(cancelled.id, by)
    const resolved = await t.run(order)
    await t.tasks.resolve(resolved.id, by)
    for (const { id } of [cancelled, resolved]) {
      const before = (await t.tasks.get(id))!
      for (const step of ['charge', 'ship']) {
        for (const verb of ['cancel', 'retry', 'resolve', 'skip'] as const) {
          await assert.rejects(t.steps[verb]({ task: id, step }, by), (error: { code: string; message: string }) => {
            assert.equal(error.code, 'ILLEGAL_TRANSITION', verb)
            assert.match(error.message, new RegExp(`is ${before.state}: step.${verb} is not possible there.*is final`))
            return true
          })
        }
      }
      assert.deepEqual(await t.tasks.get(id), { ...before, epoch: (await t.tasks.get(id))!.epoch })
    }
    assert.equal((await t.steps.retryMany({ stepName: 'charge' }, { dryRun: true })).matched, 0)
    const { differences, stuck } = await t.verify()
    assert.deepEqual([differences, stuck], [[], []])
  })
})
