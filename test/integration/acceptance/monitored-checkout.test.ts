import assert from 'node:assert/strict'
import type { TestTasker } from 'tasker/testing'
import { checkoutMonitor, Monitoring, monitoredCheckout } from '../../fixtures/acceptance/monitored-checkout.js'
import { onBothClocks } from './both-clocks.js'
import { checkRun } from './check-run.js'

onBothClocks('blog_examples.monitored_checkout', [monitoredCheckout], (scene) => {
  let monitoring: Monitoring
  beforeEach(() => {
    monitoring = new Monitoring()
    scene.tasker.subscribers.register(checkoutMonitor(monitoring), { replace: true })
  })

  it('is heard of by its subscribers once for each fact: five steps and one task completed', async () => {
    const run = await scene.tasker.run(monitoredCheckout, { order_value: 40, slow: {} })
    checkRun(scene, run, 'complete')
    assert.deepEqual(monitoring.heard, [...Array.from({ length: 5 }, () => 'step.completed'), 'task.completed'])
    assert.deepEqual(monitoring.alerts, [])
    assert.deepEqual(
      run.task.steps.map(({ retryLimit }) => retryLimit),
      [2, 3, 2, 2, 3],
    )
  })

  it('raises an alert for valuable orders, and another for very valuable ones', async () => {
    for (const order_value of [500, 500.01, 1_000, 1_000.01])
      await scene.tasker.run(monitoredCheckout, { order_value, slow: {} })
    assert.deepEqual(monitoring.alerts, ['large_order', 'large_order', 'critical_order'])
  })

  it('tells failures of the business from those of technology, and only these are tried again', async () => {
    const failing = (kind: 'business' | 'technical') => ({ step: 'process_payment', kind })
    const rest = {
      update_inventory: ['pending', 0],
      create_order: ['pending', 0],
      send_confirmation: ['pending', 0],
    } as const
    const declined = await scene.tasker.run(monitoredCheckout, {
      order_value: 1,
      slow: {},
      failing: failing('business'),
    })
    checkRun(scene, declined, 'error', { process_payment: ['error', 1], ...rest })
    assert.deepEqual(monitoring.failures, { business: 1, technical: 0 })
    const broken = await scene.tasker.run(monitoredCheckout, {
      order_value: 1,
      slow: {},
      failing: failing('technical'),
    })
    checkRun(scene, broken, 'error', { process_payment: ['error', 3], ...rest })
    assert.deepEqual(monitoring.failures, { business: 1, technical: 3 })
  })

  it('raises an alert where more than a tenth of all attempts fail', async () => {
    await scene.tasker.run(monitoredCheckout, { order_value: 1, slow: {} })
    await scene.tasker.run(monitoredCheckout, { order_value: 1, slow: {} })
    const failing = { step: 'validate_cart', kind: 'business' } as const
    await scene.tasker.run(monitoredCheckout, { order_value: 1, slow: {}, failing })
    assert.deepEqual(monitoring.alerts, [], 'one of eleven')
    await scene.tasker.run(monitoredCheckout, { order_value: 1, slow: {}, failing })
    assert.deepEqual(monitoring.alerts, ['error_rate'], 'two of twelve')
  })

  // What takes seconds is not waited for in real time.
  if (!scene.isVirtual) return

  it('raises an alert for each step that takes longer than it may', async () => {
    const slow = {
      validate_cart: 2_001,
      process_payment: 5_001,
      update_inventory: 3_000,
      create_order: 1_000,
      send_confirmation: 4_001,
    }
    await runInTime(scene.tasker, slow)
    assert.deepEqual(monitoring.alerts, ['slow validate_cart', 'slow process_payment', 'slow send_confirmation'])
  })

  it('ends when its 45 s are over', async () => {
    const task = await runInTime(scene.tasker, { validate_cart: 40_000, process_payment: 6_000 })
    assert.deepEqual([task.state, task.error?.code], ['error', 'TASK_TIMEOUT'])
  })
})

/** Steps that wait for time: it passes here in seconds, as they are slow by seconds. */
async function runInTime({ tasks, clock }: TestTasker, slow: Readonly<Record<string, number>>) {
  const { id } = await tasks.create(monitoredCheckout, { context: { order_value: 1, slow: { ...slow } } })
  await clock.advance('2m')
  return (await tasks.get(id))!
}
