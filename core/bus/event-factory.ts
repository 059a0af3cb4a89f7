import type { Mutable } from '../contracts/mutable.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import type { EventEnvelope, TaskerEvent, TraceContext } from '../events/envelope.js'
import { type EventPayload, type LifecycleEventName, lifecycleEvents } from '../events/event-catalogue.js'
import { assertLifecyclePayload, assertPayload } from '../events/event-validation.js'
import { isoTime } from '../events/iso-time.js'
import { type CorrelationContext, currentContext } from './correlation-context.js'

/** What an event's envelope can be told; what is not is made, or taken from the context in which it is published. */
export interface EnvelopeOptions {
  readonly id?: string
  /** ISO 8601 in UTC. */
  readonly occurredAt?: string
  readonly correlationId?: string
  readonly causationId?: string
  readonly taskId?: string
  readonly stepId?: string
  readonly position?: string
  readonly trace?: TraceContext
}

export interface EventFactoryOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly newId: () => string
  /** Whether payloads are checked against their schemas. */
  readonly validatePayloads: boolean
}

/** Makes events: the one place where a payload gets its envelope. */
export class EventFactory {
  readonly #now: () => number
  readonly #newId: () => string
  readonly #validates: boolean

  constructor({ now, newId, validatePayloads }: EventFactoryOptions) {
    this.#now = now
    this.#newId = newId
    this.#validates = validatePayloads
  }

  /**
   * A lifecycle event. It takes over correlation and causation from the context, and never task or step: those are its subject,
   * and the engine knows them.
   *
   * @throws InvalidEventPayloadError
   */
  lifecycle<N extends LifecycleEventName>(
    name: N,
    payload: EventPayload<N>,
    options?: EnvelopeOptions,
  ): TaskerEvent<N> {
    this.checkLifecycle(name, payload)
    const event = this.#envelope(name, lifecycleEvents[name].schemaVersion, payload, currentContext(), options)
    // A generic name leaves the conditional type open; name and payload belong together by the signature.
    return event as unknown as TaskerEvent<N>
  }

  /**
   * A custom event. Published while a step or a listener runs it is about the same task and step, unless it names a task.
   *
   * @throws InvalidEventPayloadError
   */
  custom<N extends string, P>(
    descriptor: CustomEventDescriptor<N, P>,
    payload: P,
    options?: EnvelopeOptions,
  ): EventEnvelope<N, P> {
    this.checkCustom(descriptor, payload)
    const { name, schemaVersion } = descriptor
    const context = currentContext()
    const event = this.#envelope(name, schemaVersion, payload, context, options)
    if (options?.taskId !== undefined || context?.taskId === undefined) return event
    event.taskId = context.taskId
    if (context.stepId !== undefined && options?.stepId === undefined) event.stepId = context.stepId
    return event
  }

  /** @throws InvalidEventPayloadError, if payloads are checked */
  checkLifecycle(name: LifecycleEventName, payload: unknown): void {
    if (this.#validates) assertLifecyclePayload(name, payload)
  }

  /** @throws InvalidEventPayloadError, if payloads are checked */
  checkCustom({ name, schema }: CustomEventDescriptor, payload: unknown): void {
    if (this.#validates && schema !== undefined) assertPayload(name, schema, payload)
  }

  #envelope<N extends string, P>(
    name: N,
    schemaVersion: number,
    payload: P,
    context: CorrelationContext | undefined,
    options: EnvelopeOptions = {},
  ): Mutable<EventEnvelope<N, P>> {
    const event: Mutable<EventEnvelope<N, P>> = {
      id: options.id ?? this.#newId(),
      name,
      schemaVersion,
      payload,
      occurredAt: options.occurredAt ?? isoTime(this.#now()),
      correlationId: options.correlationId ?? context?.correlationId ?? this.#newId(),
    }
    // Left out rather than undefined, so that an event equals what is read back from JSON.
    const causationId = options.causationId ?? context?.causationId
    if (causationId !== undefined) event.causationId = causationId
    if (options.taskId !== undefined) event.taskId = options.taskId
    if (options.stepId !== undefined) event.stepId = options.stepId
    if (options.position !== undefined) event.position = options.position
    if (options.trace !== undefined) event.trace = options.trace
    return event
  }
}
