import type { DurableEventName } from '../events/event-catalogue.js'

/** A durable event as it stands in a log entry: an envelope without its position, which comes from where it stands. */
export interface LogEvent {
  readonly id: string
  /** One of the durable lifecycle events, or a custom event. */
  readonly name: DurableEventName | (string & {})
  readonly schemaVersion: number
  readonly occurredAt: string
  readonly correlationId: string
  readonly causationId?: string
  readonly stepId?: string
  readonly traceparent?: string
  readonly payload: unknown
}

/** One row of the log: the events of one task and one commit, in order. */
export interface LogEntry {
  /** Place in the whole log; a later commit of the same task has a greater one. */
  readonly id: string
  /** Null for events that belong to no task. */
  readonly taskId: string | null
  /** Number of this entry among those of its task: 1, 2, 3 … without gaps; null where there is no task. */
  readonly entry: number | null
  readonly events: readonly LogEvent[]
}
