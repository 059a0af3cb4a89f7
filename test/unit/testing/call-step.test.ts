import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { defineTask, type TypedStepContext } from '../../../core/index.js'
import { callStep } from '../../../core/testing/index.js'

class Confirm {
  process({ results }: TypedStepContext<unknown, { charge: { cents: number } }>) {
    return `paid ${results.charge.cents}`
  }
}

class Injected {
  constructor(readonly service: object) {}
  process(_: TypedStepContext) {
    return 'never'
  }
}

const order = defineTask({
  namespace: 'shop',
  name: 'order',
  version: '1.0.0',
  context: Type.Object({ cents: Type.Integer({ minimum: 1 }), card: Type.Optional(Type.String({ default: 'valid' })) }),
})
  .step('charge', async ({ context, attempt, progress, publish, publishNow, signal }) => {
    progress(0.5)
    publish('order.paid', { attempt })
    publishNow('order.seen')
    return { cents: context.cents, card: context.card, at: new Date(0), isAborted: signal.aborted }
  })
  .step('confirm', { dependsOn: ['charge'], handler: Confirm })
  .each('notify', { over: () => ['a', 'b'] }, async ({ item, index }) => `${index}: ${item}`)
  .step('inject', { handler: Injected })

describe('callStep', () => {
  it('gives what the handler returned, as its dependents receive it, and what it said meanwhile', async () => {
    const { results, progress, published } = await callStep(order, 'charge', { context: { cents: 9 }, attempt: 2 })
    const at: string = results.at
    assert.deepEqual({ ...results, at }, { cents: 9, card: 'valid', at: '1970-01-01T00:00:00.000Z', isAborted: false })
    assert.deepEqual(progress, [{ fraction: 0.5 }])
    assert.deepEqual(published, [
      { name: 'order.paid', payload: { attempt: 2 } },
      { name: 'order.seen', payload: undefined },
    ])
  })

  it('calls handlers that are classes, and those of one element', async () => {
    const context = { cents: 1 }
    const charge = { cents: 5, card: 'valid', at: '', isAborted: false }
    assert.equal((await callStep(order, 'confirm', { context, results: { charge } })).results, 'paid 5')
    const called: { results: unknown } = await callStep(order, 'notify', { context, item: 'b', index: 1 })
    assert.equal(called.results, '1: b')
  })

  it('refuses a context that the task would refuse, a step that it has not, and a class that it cannot build', async () => {
    const context = { cents: 1 }
    await assert.rejects(callStep(order, 'charge', { context: { cents: 0 } }), { code: 'CONTEXT_INVALID' })
    await assert.rejects(callStep(order, 'ship' as 'charge', { context }), { code: 'STEP_NOT_FOUND' })
    await assert.rejects(callStep(order, 'inject', { context }), { code: 'HANDLER_NEEDS_CONTAINER' })
  })
})
