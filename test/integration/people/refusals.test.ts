import assert from 'node:assert/strict'
import { defineTask, PermanentError } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const by = { reason: 'a test', actor: { id: 'ada', kind: 'person' } } as const

describe('what people cannot do', () => {
  it('is told with what they can do instead: commands, and not what only the engine does', async () => {
    const order = defineTask({ name: 'order' })
      .step('charge', { skippable: true }, async () => 1)
      .step('ship', { dependsOn: ['charge'] }, async () => {
        throw new PermanentError('no')
      })
      .step('bill', { dependsOn: ['ship'], skippable: true }, async () => 1)
    await using t = await openTestTasker({ handlers: [order] })
    const choices = async (refused: Promise<unknown>) => {
      const error = await refused.then(
        () => assert.fail('it was not refused'),
        (error: unknown) => error as { code: string; message: string; details: { event: string; legal: string[] } },
      )
      assert.equal(error.code, 'ILLEGAL_TRANSITION')
      for (const choice of error.details.legal) assert(error.message.includes(choice), error.message)
      return [error.details.event, ...error.details.legal]
    }
    const later = await t.tasks.create(order, { runAt: new Date(t.clock.now() + 3_600_000) })
    assert.deepEqual(await choices(t.tasks.retry(later, by)), ['task.retry', 'task.cancel', 'task.pause'])
    await t.tasks.pause(later, by)
    assert.deepEqual(await choices(t.tasks.resolve(later, by)), ['task.resolve', 'task.cancel', 'task.resume'])
    const of = (step: string, { id }: { readonly id: string } = later) => ({ task: id, step })
    const ofPending = ['step.cancel', 'step.resolve']
    assert.deepEqual(await choices(t.steps.retry(of('ship'), by)), ['step.retry', ...ofPending])
    assert.deepEqual(await choices(t.steps.retry(of('bill'), by)), ['step.retry', ...ofPending, 'step.skip'])
    const failed = await t.run(order)
    const ofFailed = ['task.cancel', 'task.resolve', 'task.retry']
    assert.deepEqual(await choices(t.tasks.pause(failed.id, by)), ['task.pause', ...ofFailed])
    const ofFailedStep = ['step.resolve', 'step.retry']
    assert.deepEqual(await choices(t.steps.cancel(of('ship', failed), by)), ['step.cancel', ...ofFailedStep])
    assert.deepEqual(await choices(t.steps.retry(of('charge', failed), by)), ['step.retry'])
    await assert.rejects(t.steps.retry(of('charge', failed), by), /Step charge of .*: step\.retry.*complete is final/s)
  })

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
