import type { EventEnvelope, TaskerEvent } from '../../core/events/envelope.js'
import { type EventPayload, type LifecycleEventName, lifecycleEvents } from '../../core/events/event-catalogue.js'
import { assertLifecyclePayload } from '../../core/events/event-validation.js'

let made = 0

/** A lifecycle event as the bus delivers it; its payload is checked against the schema of its name. */
export function lifecycleEvent<N extends LifecycleEventName>(
  name: N,
  payload: EventPayload<N>,
  envelope: Partial<EventEnvelope> = {},
): TaskerEvent<N> {
  assertLifecyclePayload(name, payload)
  made++
  const event = {
    id: `01970000-0000-7000-8000-${String(made).padStart(12, '0')}`,
    name,
    schemaVersion: lifecycleEvents[name].schemaVersion,
    payload,
    occurredAt: '2025-06-01T10:00:00.000Z',
    correlationId: 'test',
    ...envelope,
  }
  return event as unknown as TaskerEvent<N>
}
