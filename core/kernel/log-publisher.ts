import type { EventBus } from '../bus/event-bus.js'
import type { EnvelopeOptions } from '../bus/event-factory.js'
import type { Store } from '../contracts/store.js'
import type { CustomEventDescriptor } from '../events/custom-event.js'
import type { TaskerEvent } from '../events/envelope.js'
import { assertStorable } from '../orchestration/assert-storable.js'
import { toEnvelope } from '../workflow/log-envelope.js'

interface Services {
  readonly bus: EventBus
  readonly store: Pick<Store, 'appendToLog'>
  readonly maxPayloadBytes: number
  /** Told when the log has grown. */
  logGrown(): void
}

/** Writes custom events into the log that no step publishes, and then gives them to the bus, as those of steps. */
export class LogPublisher {
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  async publish(
    target: string | CustomEventDescriptor,
    payload: unknown,
    options?: Pick<EnvelopeOptions, 'correlationId' | 'causationId' | 'trace'>,
  ): Promise<TaskerEvent<string>> {
    const { bus, store, maxPayloadBytes, logGrown } = this.#services
    const descriptor = bus.requireCustomEvent(target)
    const storable = assertStorable(`The payload of ${descriptor.name}`, payload, maxPayloadBytes)
    const made = bus.factory.custom(descriptor, storable, options)
    const { id, name, schemaVersion, occurredAt, correlationId, causationId, trace } = made
    const event = {
      ...{ id, name, schemaVersion, occurredAt, correlationId, payload: made.payload },
      ...(causationId === undefined ? {} : { causationId }),
      ...(trace === undefined ? {} : { traceparent: trace.traceparent }),
    }
    const envelope = toEnvelope(null, await store.appendToLog([event]), event, 0)
    logGrown()
    bus.emit(envelope)
    return envelope
  }
}
