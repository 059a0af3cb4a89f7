import { Type } from 'typebox'
import type { TasksApi } from '../../core/contracts/tasks-api.js'
import { defineTask } from '../../core/definition/define-task.js'
import type { TestTasker } from '../../core/testing/index.js'

// What a task is created with, what its steps depend on and what they return, for each kind of step: what must not compile. `npm test`
// compiles it, and an error that is expected and does not come is one.

const order = defineTask({
  name: 'order',
  context: Type.Object({ orderId: Type.Integer(), note: Type.Optional(Type.String()) }),
})
  .step('load', async ({ context }) => ({ total: context.orderId, lines: [{ sku: 'a', quantity: 1 }] }))
  .step('free', async () => 'x')

/** Never called: only its types are looked at. */
export async function creations(tasks: TasksApi, t: TestTasker) {
  await tasks.create(order, { context: { orderId: 1 } })
  await tasks.create(order, { context: { orderId: 1, note: 'x' }, priority: 1, bypassSteps: ['load'] })
  // @ts-expect-error a member of another type
  await tasks.create(order, { context: { orderId: 'x' } })
  // @ts-expect-error a missing member
  await tasks.create(order, { context: { note: 'x' } })
  // @ts-expect-error a member that the schema does not have
  await tasks.create(order, { context: { orderId: 1, orderID: 2 } })
  // @ts-expect-error no object at all
  await tasks.create(order, { context: 1 })
  // @ts-expect-error an unknown option
  await tasks.create(order, { context: { orderId: 1 }, prio: 1 })
  await tasks.createMany(order, [{ context: { orderId: 1 } }])
  // @ts-expect-error one of many
  await tasks.createMany(order, [{ context: { orderId: 1 } }, { context: { orderId: 'x' } }])
  const run = await t.run(order, { orderId: 1 })
  run.steps.load.results.total.toFixed()
  // @ts-expect-error it is a number
  run.steps.load.results.total.toUpperCase()
  // @ts-expect-error no such step
  run.steps.lod
  // @ts-expect-error a member of another type
  await t.run(order, { orderId: 'x' })
}

// Steps.
order.step('next', { dependsOn: ['load'] }, ({ results, context }) => {
  // @ts-expect-error results of a type that they do not have
  results.load.total.toUpperCase()
  // @ts-expect-error a member that the results do not have
  results.load.sum
  // @ts-expect-error the context of a type that it does not have
  context.orderId.toUpperCase()
  // @ts-expect-error a member that the context does not have
  context.orderNumber
})

// Children.
const parcel = defineTask({ name: 'parcel', context: Type.Object({ weight: Type.Number() }) })
  .step('pack', () => ({ box: 1 }))
  .step('send', { dependsOn: ['pack'] }, () => 'sent')
const shipped = order.child('ship', {
  dependsOn: ['load'],
  task: parcel,
  context: ({ results, context }) => ({ weight: results.load.total + context.orderId }),
})
shipped.step('next', { dependsOn: ['ship'] }, ({ results }) => {
  results.ship.pack.box.toFixed()
  // @ts-expect-error results of another type
  results.ship.send.toFixed()
  // @ts-expect-error the child has no such step
  results.ship.pac
})
// @ts-expect-error an unknown dependency
order.child('ship', { dependsOn: ['lod'], task: parcel, context: () => ({ weight: 1 }) })
// @ts-expect-error results of a step that is not named in dependsOn
order.child('ship', { dependsOn: ['free'], task: parcel, context: ({ results }) => ({ weight: results.load.total }) })
// @ts-expect-error a member of the context of another type
order.child('ship', { dependsOn: ['load'], task: parcel, context: () => ({ weight: 'heavy' }) })
// @ts-expect-error a member of the context is missing
order.child('ship', { dependsOn: ['load'], task: parcel, context: () => ({}) })
// @ts-expect-error a doubled name
shipped.child('ship', { dependsOn: ['load'], task: parcel, context: () => ({ weight: 1 }) })
// @ts-expect-error no task
order.child('ship', { task: { name: 1 } })

// Lists.
const each = order.each(
  'check',
  { dependsOn: ['load'], over: ({ results }) => results.load.lines, concurrency: 2 },
  async ({ item, index }) => ({ sku: item.sku, place: index }),
)
each.step('next', { dependsOn: ['check'] }, ({ results }) => {
  results.check[0]?.place.toFixed()
  // @ts-expect-error results of another type
  results.check[0]?.sku.toFixed()
  // @ts-expect-error the results are a list
  results.check.sku
})
// @ts-expect-error an unknown dependency
order.each('check', { dependsOn: ['lod'], over: () => [1] }, ({ item }) => item)
// @ts-expect-error results of a step that is not named in dependsOn
order.each('check', { dependsOn: ['free'], over: ({ results }) => results.load.lines }, ({ item }) => item)
// @ts-expect-error no list
order.each('check', { dependsOn: ['load'], over: ({ results }) => results.load.total }, ({ item }) => item)
// @ts-expect-error a list of something else
order.each('check', { dependsOn: ['load'], over: () => ['a'] }, ({ item }) => item.toFixed())
// @ts-expect-error it returns what the schema of an element does not take
order.each('check', { over: () => [1], results: Type.Object({ n: Type.Integer() }) }, () => ({ n: 'x' }))
// @ts-expect-error a doubled name
each.each('check', { over: () => [1] }, ({ item }) => item)
// @ts-expect-error over is missing
order.each('check', { dependsOn: ['load'] }, () => 1)

// Decisions.
const decided = order.decide('route', { dependsOn: ['load'], branches: ['refund', 'archive'] }, ({ results }) =>
  results.load.total > 1 ? ['refund'] : [],
)
decided
  .step('refund', () => 1)
  .step('archive', () => 'x')
  .step('next', { dependsOn: ['refund', 'route'] }, ({ results }) => {
    // @ts-expect-error what may not have been chosen may be undefined
    results.refund.toFixed()
    // @ts-expect-error no branch is named so
    results.route.includes('reject')
  })
// @ts-expect-error an unknown dependency
order.decide('route', { dependsOn: ['lod'], branches: ['refund'] }, () => ['refund'])
// @ts-expect-error results of a step that is not named in dependsOn
order.decide('route', { branches: ['refund'] }, ({ results }) => (results.load ? ['refund'] : []))
// @ts-expect-error not a branch
order.decide('route', { branches: ['refund'] }, () => ['reject'])
// @ts-expect-error no list
order.decide('route', { branches: ['refund'] }, () => 'refund')
// @ts-expect-error a branch that comes before its decision
order.decide('route', { branches: ['load'] }, () => ['load'])
// @ts-expect-error a doubled name
decided.decide('route', { branches: ['refund'] }, () => [])

/** Never called: what people do, of one or of many. */
export async function deeds({ tasks, steps }: Pick<TestTasker, 'tasks' | 'steps'>) {
  const { pausedAt } = await tasks.pause('id')
  const { key } = await tasks.pause({ namespace: 'payments', name: 'refund' })
  const wasPaused: boolean = await tasks.resume({ name: 'refund' })
  await tasks.update('id', { tags: ['a'], priority: 1, reason: 'x' }, { reason: 'y' })
  // @ts-expect-error nothing that can be changed
  await tasks.update('id', { state: 'complete' })
  // @ts-expect-error a note without its type
  await tasks.annotate('id', { value: 1 })
  const { rerunOf } = await tasks.rerun('id', { from: ['charge'] })
  // @ts-expect-error it does not say from where
  await tasks.rerun('id', { reason: 'x' })
  const { matched, items } = await steps.retryMany({ dependentSystem: 'gateway', stepState: 'error' }, { dryRun: true })
  // @ts-expect-error a filter of steps
  await tasks.cancelMany({ stepName: 'charge' })
  // @ts-expect-error an unknown state
  await tasks.cancelMany({ state: 'failed' })
  return { pausedAt, key, wasPaused, rerunOf, matched, items }
}

// Keys and identities that are made of a request know its context.
defineTask({
  name: 'keyed',
  context: Type.Object({ customerId: Type.String() }),
  concurrencyKey: ({ context, request }) => `${context.customerId.trim()} ${request.priority ?? 0}`,
})
defineTask({
  name: 'keyed',
  context: Type.Object({ customerId: Type.String() }),
  // @ts-expect-error a member that the context does not have
  concurrencyKey: { from: ({ context }) => context.customer, limit: 2 },
})
// @ts-expect-error a key is a text
defineTask({ name: 'keyed', concurrencyKey: () => 7 })
