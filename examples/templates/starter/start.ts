import { createTasker } from 'tasker'
import { shipOrder } from './handlers/orders/ship-order.task.ts'

const tasker = await createTasker() // finds tasker.config.ts
try {
  await tasker.start()
  const requests = [
    await tasker.tasks.create(shipOrder, { context: { orderId: 7, weightKg: 2 } }),
    await tasker.tasks.create({ namespace: 'orders', name: 'refund_order', context: { orderId: 7, cents: 900 } }),
  ]
  for (const request of requests) {
    const { name, state, steps } = await tasker.tasks.wait(request, { timeoutMs: 60_000 })
    console.log(`${name} is ${state}:`, steps.at(-1)?.results)
  }
  await tasker.exports.run({
    source: 'steps',
    format: 'tsv',
    output: 'steps.tsv',
    columns: ['taskId', 'name', 'state', 'attempts', 'error'],
  })
  console.log('All steps are in steps.tsv')
} finally {
  await tasker.stop()
}
