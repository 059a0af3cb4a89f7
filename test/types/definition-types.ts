import { Type } from 'typebox'
import * as v from 'valibot'
import type { StepContext } from '../../core/contracts/task-definition.js'
import type { ContextOf } from '../../core/contracts/tasks-api.js'
import { defineExporter } from '../../core/definition/define-exporter.js'
import { definePlugin, type PluginApiOf } from '../../core/definition/define-plugin.js'
import { defineSubscriber } from '../../core/definition/define-subscriber.js'
import { defineTask } from '../../core/definition/define-task.js'
import { on, subscriber } from '../../core/definition/subscriber-decorators.js'
import type { ResultsOf } from '../../core/definition/task-chain.js'
import type { TypedStepContext } from '../../core/definition/typed-step-context.js'
import { defineEvent } from '../../core/events/custom-event.js'
import type { TaskerEvent } from '../../core/events/envelope.js'
import type { DurableEventName } from '../../core/events/event-catalogue.js'
import type { StepEventName } from '../../core/events/step-events.js'
import { httpStep } from '../../core/http/http-step.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function expectType<A>() {
  // A second argument, not a narrower first one: `any` would pass as that.
  return <B>(
    _value: B,
    ..._wrong: Equal<A, B> extends true ? [] : [{ readonly expected: A; readonly received: B }]
  ) => {}
}

const shipped = defineEvent('order.shipped', Type.Object({ orderId: Type.Integer() }))
const order = defineTask({
  namespace: 'payments',
  name: 'process_order',
  context: Type.Object({ orderId: Type.Integer(), note: Type.Optional(Type.String()) }),
})

// The context and the results of the steps named in dependsOn, and of no others, as JSON.
const loaded = order.step('load_order', async ({ context, signal, results }) => {
  expectType<number>()(context.orderId)
  expectType<string | undefined>()(context.note)
  expectType<AbortSignal>()(signal)
  // @ts-expect-error without dependsOn there are no results
  results.load_order
  return { total: 99.9, at: new Date(), lines: [{ sku: 'a', big: undefined }], log: () => 1 }
})
const charged = loaded
  .step('check', ({ context }) => context.orderId > 0)
  .step('touch', () => {})
  .step('charge', { dependsOn: ['load_order', 'touch'], retry: { limit: 5 } }, ({ results, publish }) => {
    expectType<number>()(results.load_order.total)
    expectType<string>()(results.load_order.at)
    expectType<null>()(results.touch)
    // @ts-expect-error check is not named in dependsOn
    results.check
    // @ts-expect-error functions do not survive JSON
    results.load_order.log
    publish(shipped, { orderId: 1 })
    // @ts-expect-error the payload is not that of the event
    publish(shipped, { orderId: 'x' })
    publish('order.other', 1)
    return { charged: results.load_order.total }
  })

// A handler that another function makes knows the context, with options and without, whatever it depends on.
order
  .step(
    'load',
    httpStep({ url: ({ context }) => `https://a.example/${context.orderId}`, results: () => ({ total: 1 }) }),
  )
  .step('look', { retry: { limit: 5 } }, httpStep({ url: ({ context }) => `https://a.example/${context.orderId}` }))
  .step(
    'pay',
    { dependsOn: ['load'] },
    httpStep({
      url: 'https://a.example',
      body: ({ context, results }) => {
        expectType<number>()(context.orderId)
        expectType<number>()(results.load.total)
        return results
      },
    }),
  )

// Names.
// @ts-expect-error an unknown dependency
charged.step('next', { dependsOn: ['load_ordr'] }, () => 1)
// @ts-expect-error a later step
charged.step('next', { dependsOn: ['later'] }, () => 1).step('later', () => 1)
// @ts-expect-error a step cannot depend on itself
charged.step('next', { dependsOn: ['next'] }, () => 1)
// @ts-expect-error a doubled name
charged.step('charge', () => 1)
// @ts-expect-error a doubled name
charged.step('charge', { dependsOn: ['load_order'] }, () => 1)
// @ts-expect-error an unknown option
charged.step('next', { dependOn: ['load_order'] }, () => 1)
// @ts-expect-error onFailure: 'skip' needs skippable
charged.step('next', { onFailure: 'skip' }, () => 1)
charged.step('next', { onFailure: 'skip', skippable: true }, () => 1)
// @ts-expect-error an unknown option of the task
defineTask({ name: 'x', contxt: Type.Object({}) })

// What may have been skipped is `T | undefined`.
charged
  .step('maybe', { skippable: true }, () => ({ a: 1 }))
  .step('after', { dependsOn: ['maybe', 'charge'] }, ({ results }) => {
    expectType<{ a: number } | undefined>()(results.maybe)
    expectType<{ charged: number }>()(results.charge)
  })

// A schema of the results types and binds what is returned.
charged
  .step(
    'typed',
    { results: Type.Object({ kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) }) },
    async ({ attempt }) => ({
      kind: attempt > 1 ? 'a' : 'b',
    }),
  )
  .step('after', { dependsOn: ['typed'] }, ({ results }) => expectType<'a' | 'b'>()(results.typed.kind))
// @ts-expect-error it returns what the schema does not take
charged.step('typed', { results: Type.Object({ n: Type.Integer() }) }, async () => ({ n: 'x' }))
charged
  .step('piped', { results: v.object({ n: v.pipe(v.string(), v.transform(Number)) }), jsonSchema: {} }, () => ({
    n: '1',
  }))
  .step('after', { dependsOn: ['piped'] }, ({ results }) => expectType<number>()(results.piped.n))

// Handler classes: process must accept exactly what the chain gives.
class Confirm {
  constructor(readonly mailer: { send(): void }) {}
  process({ results, context }: TypedStepContext<{ orderId: number }, { charge: { charged: number } }>) {
    return { ok: results.charge.charged > context.orderId }
  }
}
class Plain {
  process(context: StepContext) {
    return context.attempt
  }
}
class WantsMore {
  process(context: TypedStepContext<{ orderId: number }, { charge: { refunded: string } }>) {
    return context.results.charge.refunded
  }
}
class NoProcess {}
charged
  .step('confirm', { dependsOn: ['charge'], handler: Confirm })
  .step('plain', { handler: Plain, timeoutMs: 5 })
  .step('end', { dependsOn: ['confirm', 'plain'] }, ({ results }) => {
    expectType<boolean>()(results.confirm.ok)
    expectType<number>()(results.plain)
  })
// @ts-expect-error the class wants a step that is not named in dependsOn
charged.step('confirm', { handler: Confirm })
// @ts-expect-error the class wants other results
charged.step('confirm', { dependsOn: ['charge'], handler: WantsMore })
// @ts-expect-error no process()
charged.step('confirm', { dependsOn: ['charge'], handler: NoProcess })
// @ts-expect-error no handler
charged.step('confirm', { dependsOn: ['charge'] })

// Standard Schema, JSON Schema and none.
const standard = defineTask({
  name: 'standard',
  context: v.object({
    at: v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
    ),
    n: v.optional(v.number(), 1),
  }),
  jsonSchema: {},
})
standard.step('a', ({ context }) => {
  expectType<string>()(context.at)
  expectType<number>()(context.n)
})
expectType<{ at: string; n?: number | undefined }>()(null as unknown as ContextOf<typeof standard>)
defineTask({ name: 'plain', context: { type: 'object' } }).step('a', ({ context }) => expectType<unknown>()(context))
defineTask({ name: 'none' }).step('a', ({ context }) => expectType<unknown>()(context))
expectType<{ orderId: number; note?: string }>()(null as unknown as ContextOf<typeof charged>)
expectType<{ charged: number }>()(null as unknown as ResultsOf<typeof charged>['charge'])

// The other kinds of step; what must not compile of them stands in task-types.ts as well.
export function otherKinds() {
  const shipOrder = defineTask({ name: 'ship', context: Type.Object({ paid: Type.Number() }) }).step('send', () => ({
    customers: [{ mail: 'x' }],
  }))
  const chain = charged
    .child('ship', {
      dependsOn: ['charge'],
      task: shipOrder,
      context: ({ results }) => ({ paid: results.charge.charged }),
    })
    .each(
      'notify',
      { dependsOn: ['ship'], over: ({ results }) => results.ship.send.customers, concurrency: 5 },
      async ({ item, index, results }) => {
        expectType<{ mail: string }>()(item)
        expectType<number>()(index)
        expectType<string>()(results.ship.send.customers[0]!.mail)
        return { sentAt: new Date() }
      },
    )
    .decide('route', { dependsOn: ['notify'], branches: ['refund', 'archive'] }, async ({ results }) => {
      expectType<{ sentAt: string }[]>()(results.notify)
      return ['archive']
    })
    .step('refund', { dependsOn: ['route'] }, ({ results }) => {
      expectType<('refund' | 'archive')[]>()(results.route)
      return 1
    })
    .step('archive', { dependsOn: ['route'] }, () => 'x')
    .step('after_refund', { dependsOn: ['refund'] }, ({ results }) => {
      expectType<number | undefined>()(results.refund)
      return true
    })
    .step('join', { dependsOn: ['after_refund', 'notify'] }, ({ results }) => {
      expectType<boolean | undefined>()(results.after_refund)
      return 2
    })
    .step('end', { dependsOn: ['join'] }, ({ results }) => expectType<number>()(results.join))
  // @ts-expect-error the context of the child is not that
  charged.child('ship', { dependsOn: ['charge'], task: shipOrder, context: () => ({ paid: 'x' }) })
  // @ts-expect-error the child needs a context
  charged.child('ship', { task: shipOrder })
  // @ts-expect-error an element has no such member
  charged.each('e', { over: () => [{ a: 1 }] }, ({ item }) => item.b)
  // @ts-expect-error not a branch
  charged.decide('d', { branches: ['x'] }, () => ['y'])
  // @ts-expect-error a branch must be a later step
  charged.decide('d', { branches: ['charge'] }, () => [])
  return chain
}

// Subscribers: each event is typed by its pattern.
defineSubscriber({
  name: 'all',
  on: {
    'task.completed': (event, { log }) => {
      expectType<number>()(event.payload.durationMs)
      log.info({}, event.name)
    },
    'step.*': (event) => expectType<StepEventName>()(event.name),
    '*': (event) => event.id,
    'order.fulfilled': (event) => expectType<unknown>()(event.payload),
  },
})
defineSubscriber({
  name: 'durable',
  durable: true,
  from: 'beginning',
  on: {
    'task.failed': (event) => event.payload.error.category,
    'task.*': (event) => expectType<Extract<DurableEventName, `task.${string}`>>()(event.name),
  },
})
// @ts-expect-error no such event in a reserved family
defineSubscriber({ name: 'x', on: { 'task.complete': () => {} } })
// @ts-expect-error no such event
defineSubscriber({ name: 'x', on: { completed: () => {} } })
// @ts-expect-error a durable subscriber may not name a bus-only event
defineSubscriber({ name: 'x', durable: true, on: { 'step.handle': () => {} } })
// @ts-expect-error the payload has no such member
defineSubscriber({ name: 'x', on: { 'task.completed': (event) => event.payload.error } })

@subscriber({ name: 'audit' })
export class Audit {
  @on('task.completed', 'task.failed')
  record(event: TaskerEvent<'task.completed' | 'task.failed'>) {
    return event.payload.durationMs
  }

  @on('step.*', shipped)
  protected count(event: { readonly name: string }) {
    return event.name
  }

  // @ts-expect-error the method wants another event
  @on('task.completed')
  wrong(event: TaskerEvent<'task.failed'>) {
    return event.payload.error
  }

  // @ts-expect-error no such event
  @on('task.complete')
  misspelt(event: { readonly name: string }) {
    return event
  }
}

// Exporters and plugins: options are typed by their schema.
defineExporter({
  name: 'lines',
  formats: ['lines'],
  contentType: 'text/plain',
  fileExtension: 'txt',
  options: Type.Object({ indent: Type.Integer({ default: 2 }) }),
  async *export(records, { options, columns }) {
    expectType<number>()(options.indent)
    for await (const record of records) yield columns.map((column) => record[column]).join()
  },
})
defineExporter({
  name: 'free',
  formats: ['free'],
  contentType: 'text/plain',
  fileExtension: 'txt',
  async *export(_records, { options }) {
    expectType<Readonly<Record<string, unknown>>>()(options)
    yield ''
  },
})
const mail = definePlugin({
  name: 'mail',
  version: '1.0.0',
  options: Type.Object({ from: Type.String() }),
  async setup({ log, hooks }, options) {
    hooks.add('beforeStepExecute', (context) => log.info({ from: options.from }, context.stepName))
    return { send: async (to: string) => to.length }
  },
})
expectType<{ send: (to: string) => Promise<number> }>()(null as unknown as PluginApiOf<typeof mail>)
