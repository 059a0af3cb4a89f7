import type { EventPayloads, LifecycleEventName } from './event-catalogue.js'

/** W3C trace context of the work that an event belongs to. */
export interface TraceContext {
  readonly traceparent: string
  readonly tracestate?: string
}

/** What reaches every listener: a payload and the facts about the event itself. */
export interface EventEnvelope<N extends string = string, P = unknown> {
  /** UUIDv7; the same wherever and however often the event is delivered. */
  readonly id: string
  readonly name: N
  /** Version of the payload's schema. */
  readonly schemaVersion: number
  readonly payload: P
  /** ISO 8601 in UTC. */
  readonly occurredAt: string
  /** Shared by everything that one request set off. */
  readonly correlationId: string
  /** Id of the event that set this one off. */
  readonly causationId?: string
  readonly taskId?: string
  readonly stepId?: string
  /** Where the event stands in the event log: opaque, sortable; only durable events have one. */
  readonly position?: string
  readonly trace?: TraceContext
}

/**
 * The type of the name of a custom event of which nothing else is known, in a listener on `*`. An enum, because it is the one
 * string type that no literal overlaps: with `string` here, `event.name === 'task.completed'` would not narrow the event.
 * It exists only as a type.
 */
declare enum UnnamedCustomEvent {
  name = 'family.event',
}
export type CustomEventName = UnnamedCustomEvent

/** A custom event of which nothing but the envelope is known; `descriptor.is(event)` says which one it is. */
export type AnyCustomEvent = EventEnvelope<CustomEventName, unknown>

/**
 * An event by its name; of several names, the union, told apart by `name`; without a name, any event.
 *
 * @example
 * function record(event: TaskerEvent<'task.completed' | 'task.failed'>) {
 *   if (event.name === 'task.failed') report(event.payload.error)
 * }
 */
export type TaskerEvent<N extends string = LifecycleEventName | CustomEventName> = N extends LifecycleEventName
  ? EventEnvelope<N, EventPayloads[N]> & Subject<N>
  : EventEnvelope<N, unknown>

/** The task and the step that a payload tells of are always said. A handler that is registered is no task yet. */
type Subject<N extends LifecycleEventName> = N extends 'registry.handler_registered'
  ? unknown
  : (EventPayloads[N] extends { readonly taskName: string } ? { readonly taskId: string } : unknown) &
      (EventPayloads[N] extends { readonly stepName: string } ? { readonly stepId: string } : unknown)
