import type { Static, TSchema } from 'typebox'
import { InvalidEventNameError, ReservedEventFamilyError } from '../errors/event-errors.js'
import type { EventEnvelope } from './envelope.js'
import { familyOf, isReservedFamily } from './event-families.js'

const BRAND = Symbol.for('tasker.custom-event')
declare const payloadType: unique symbol

/** JSON Schema of a custom event's payload: made with TypeBox, or a plain object. */
export type EventSchema = TSchema | Readonly<Record<string, unknown>>

export interface CustomEventOptions {
  /**
   * Whether durable subscribers may listen to it; default false. What a step publishes is committed to the log with its success
   * in either case.
   */
  readonly durable?: boolean
  readonly description?: string
}

/** A custom event as a value: `on`, `publish` and `customEvents` accept it, and know the type of its payload from it. */
export interface CustomEventDescriptor<N extends string = string, P = unknown> {
  readonly name: N
  readonly durable: boolean
  readonly description: string
  readonly schemaVersion: number
  /** JSON Schema of the payload, if one was given. */
  readonly schema: EventSchema | undefined
  /** Whether an event is this one; its payload is typed from then on. */
  is<E extends EventEnvelope>(event: E): event is E & { readonly payload: P }
  /** Only a type: the payload. */
  readonly [payloadType]?: P
}

const wellFormed = /^[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)+$/

/**
 * Declares a custom event.
 *
 * @param name lower-case words with a dot between them, of which the first is the family: `order.fulfilled`
 * @param schema of the payload: JSON Schema, best made with TypeBox, because the type of the payload follows from it
 * @throws InvalidEventNameError, ReservedEventFamilyError
 *
 * @example
 * const fulfilled = defineEvent('order.fulfilled', Type.Object({ orderId: Type.Integer() }), { durable: true })
 * tasker.events.on(fulfilled, (event) => event.payload.orderId)
 */
export function defineEvent<const N extends string, S extends EventSchema = EventSchema>(
  name: N,
  schema?: S,
  { durable = false, description = 'Custom event' }: CustomEventOptions = {},
): CustomEventDescriptor<N, S extends TSchema ? Static<S> : unknown> {
  assertCustomEventName(name)
  return Object.freeze({
    name,
    durable,
    description,
    schemaVersion: 1,
    schema,
    is: (event: EventEnvelope) => event.name === name,
    [BRAND]: true,
  }) as never
}

/**
 * Refuses a name that no custom event can have.
 *
 * @throws InvalidEventNameError, ReservedEventFamilyError
 */
export function assertCustomEventName(name: string): void {
  if (typeof name !== 'string' || !wellFormed.test(name)) throw new InvalidEventNameError(String(name))
  if (isReservedFamily(familyOf(name))) throw new ReservedEventFamilyError(name, familyOf(name))
}

/** Whether a value is a custom event's descriptor, from this copy of the package or another. */
export function isCustomEventDescriptor(value: unknown): value is CustomEventDescriptor {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true
}
