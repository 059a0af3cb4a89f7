/**
 * Compiled, never run: each line that is wrong on purpose is expected to be refused.
 */
import { Type } from 'typebox'
import type { EventBus } from '../../core/bus/event-bus.js'
import { defineSubscriber } from '../../core/definition/define-subscriber.js'
import { defineEvent } from '../../core/events/custom-event.js'
import type { EventEnvelope, TaskerEvent } from '../../core/events/envelope.js'
import type {
  BusOnlyEventName,
  DurableEventName,
  EventPayload,
  LifecycleEventName,
  lifecycleEvents,
} from '../../core/events/event-catalogue.js'
import { type EventDraft, eventFamily, type PayloadsOf } from '../../core/events/event-definition.js'
import type { LifecyclePattern } from '../../core/events/event-pattern.js'
import type { EventPayloads } from '../../core/events/payloads/event-payloads.js'
import type { EventProposals } from '../../core/events/payloads/event-proposals.js'

declare const bus: EventBus

/** Compiles only when both types are the same. */
function same<A, B>(
  ..._proof: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]
): void {}

type Both<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void ? All : never
type Last<Union> = Both<Union extends unknown ? () => Union : never> extends () => infer One ? One : never
type Tally<Union, Counted extends readonly unknown[] = []> = [Union] extends [never]
  ? Counted['length']
  : Tally<Exclude<Union, Last<Union>>, readonly [...Counted, unknown]>

// There are 56 events, 14 of them durable.
same<Tally<LifecycleEventName>, 56>()
same<Tally<DurableEventName>, 14>()
same<Tally<BusOnlyEventName>, 42>()

// The interfaces that editors show are those of the schemas. If not: node dist/test/support/docs/write-documents.js
type OfSchemas = PayloadsOf<typeof lifecycleEvents>
type Fit<A, B> = { [N in keyof A]: N extends keyof B ? (A[N] extends B[N] ? 'fits' : N) : N }[keyof A]
same<Fit<OfSchemas, EventPayloads>, 'fits'>()
same<Fit<EventPayloads, OfSchemas>, 'fits'>()

same<keyof EventProposals, LifecyclePattern>()

// A family refuses a missing name and an extra name.
declare const draft: EventDraft
eventFamily<'a.one' | 'a.two'>()({ 'a.one': draft, 'a.two': draft })
// @ts-expect-error a.two is missing
eventFamily<'a.one' | 'a.two'>()({ 'a.one': draft })
// @ts-expect-error a.three is not of the family
eventFamily<'a.one' | 'a.two'>()({ 'a.one': draft, 'a.two': draft, 'a.three': draft })

// One name: its payload.
bus.on('task.completed', (event) => {
  same<typeof event.name, 'task.completed'>()
  same<typeof event.payload.durationMs, number>()
  same<typeof event.payload.taskName, string>()
  // @ts-expect-error a completed task has no error
  event.payload.error
})

// A payload that is a union is told apart by its fields.
bus.on('task.initialize_requested', ({ payload }) => {
  if (payload.from === null) same<typeof payload.stepCount, number>()
  // @ts-expect-error only a task that came into being has a context
  else payload.context
})

// Closed vocabularies are unions.
bus.on('step.resolved_manually', ({ payload }) => same<typeof payload.how, 'by_person' | 'skipped' | 'unchosen'>())
bus.on('task.failed', ({ payload }) => same<typeof payload.error.retryable, boolean>())

// A family: the union of its events, narrowed by name.
bus.on('task.*', (event) => {
  same<typeof event, TaskerEvent<Extract<LifecycleEventName, `task.${string}`>>>()
  if (event.name === 'task.failed') same<typeof event.payload.failedSteps, string[]>()
  // @ts-expect-error no event of steps is selected
  if (event.name === 'step.failed') return
})
bus.on('observability.step.*', (event) => {
  // @ts-expect-error only those of steps are selected
  if (event.name === 'observability.task.handle') return
  same<typeof event.payload.version, string>()
})

// Everything: narrowed by name to one event, which can be handed on; a custom event is recognised by its descriptor.
const fulfilled = defineEvent('order.fulfilled', Type.Object({ orderId: Type.Integer() }))
bus.on('*', (event) => {
  if (event.name === 'step.completed') record(event)
  if (fulfilled.is(event)) same<typeof event.payload.orderId, number>()
  const name: string = event.name
  return name
})
function record(event: TaskerEvent<'step.completed' | 'step.failed'>): number {
  return event.payload.durationMs
}
bus.on('step.failed', record)
bus.on('*', (event: TaskerEvent) => event.name)

// Lists, with custom events by name and by descriptor.
bus.on(['step.failed', 'task.failed'], (event) => same<typeof event.payload.error.message, string>())
bus.on(['task.completed', 'order.cancelled', fulfilled], (event) => {
  if (event.name === 'order.cancelled') same<typeof event.payload, unknown>()
  if (event.name === 'order.fulfilled') same<typeof event.payload, { orderId: number }>()
  if (event.name === 'task.completed') same<typeof event.payload.stepCount, number>()
})

// Custom events: by descriptor with their payload, by name without.
bus.on(fulfilled, (event) => {
  same<typeof event, EventEnvelope<'order.fulfilled', { orderId: number }>>()
})
bus.on('order.*', (event) => same<typeof event, EventEnvelope<`order.${string}`, unknown>>())
bus.on('task.completed' as string, (event) => same<typeof event, TaskerEvent>())

// Names that do not exist do not compile.
// @ts-expect-error misspelt
bus.on('task.complted', () => {})
// @ts-expect-error misspelt family
bus.on('tasks', () => {})
// @ts-expect-error no such group of events
bus.on('observability.workflow.*', () => {})
// @ts-expect-error misspelt in a list
bus.on(['task.completed', 'step.exploded'], () => {})
// @ts-expect-error test events are not in the product
bus.on('test.event', () => {})
// @ts-expect-error misspelt
bus.once('step.fail', () => {})
// @ts-expect-error misspelt
bus.stream('workflow.task')

async function read(): Promise<void> {
  for await (const event of bus.stream(['task.completed', 'task.failed']))
    same<typeof event.payload.durationMs, number>()
}
void read

// What is published has the payload of its event.
declare const completed: EventPayload<'task.completed'>
bus.publishLifecycle('task.completed', completed)
bus.publishLifecycle('task.completed', () => completed)
// @ts-expect-error the payload of another event
bus.publishLifecycle('task.failed', completed)
// @ts-expect-error no such event
bus.publishLifecycle('task.finished', completed)
bus.publish(fulfilled, { orderId: 1 })
// @ts-expect-error orderId is a number
bus.publish(fulfilled, { orderId: '1' })
bus.publish('order.cancelled', { anything: true })

// What an event of a task or a step is about is always said, and what a durable subscriber gets has a place in the log.
defineSubscriber({
  name: 'a',
  durable: true,
  on: {
    'task.completed': ({ taskId, position }) => [taskId.length, position.length],
    'step.*': ({ taskId, stepId, position }) => [taskId.length, stepId.length, position.length],
  },
})
defineSubscriber({
  name: 'b',
  on: {
    'task.*': ({ taskId }) => taskId.length,
    'workflow.step_failed': ({ taskId, stepId }) => [taskId.length, stepId.length],
    // @ts-expect-error not every event has a place in the log
    'step.handle': ({ position }) => position.length,
    // @ts-expect-error not every event is about a task
    'export.completed': ({ taskId }) => taskId.length,
  },
})
