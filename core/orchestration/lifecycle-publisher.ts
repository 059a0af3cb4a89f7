import type { IdSource } from '../contracts/id-source.js'
import type { Logger } from '../contracts/logger.js'
import type { TaskerEvent, TraceContext } from '../events/envelope.js'
import type { BusOnlyEventName, EventPayload } from '../events/event-catalogue.js'
import type { LogEvent } from '../workflow/log-entry.js'
import { toEnvelope } from '../workflow/log-envelope.js'
import type { TaskRecord } from '../workflow/task-record.js'

/** What an event is about, and what it comes from. */
export interface EventSubject {
  readonly taskId?: string
  readonly stepId?: string
  readonly correlationId?: string
  readonly causationId?: string
  readonly trace?: TraceContext
}

/** The part of the bus that the engine publishes through. */
export interface LifecycleBus {
  hasListeners(name: string): boolean
  publishLifecycle<N extends BusOnlyEventName>(name: N, payload: EventPayload<N>, about?: EventSubject): unknown
  emit(event: TaskerEvent<string>): void
  /** Checks a payload against its schema, where payloads are checked. Throws if it does not fit. */
  check(name: string, payload: unknown): void
}

/** Publishes the engine's events: the bus-only ones at once, the durable ones once their commit has returned. */
export class LifecyclePublisher {
  readonly #bus: LifecycleBus
  readonly #log: Logger
  readonly #logGrown: () => void
  readonly ids: IdSource

  /** @param logGrown told whenever a commit has added to the log */
  constructor(bus: LifecycleBus, ids: IdSource, log: Logger, logGrown: () => void = () => {}) {
    this.#bus = bus
    this.#log = log
    this.#logGrown = logGrown
    this.ids = ids
  }

  /** Whether anybody would hear an event: what nobody hears need not be put together. */
  isHeard(name: string): boolean {
    return this.#bus.hasListeners(name)
  }

  /** Publishes a bus-only event; the payload is only made when somebody listens. */
  publish<N extends BusOnlyEventName>(name: N, about: EventSubject, payload: () => EventPayload<N>): void {
    if (!this.#bus.hasListeners(name)) return
    this.#guard(name, () => this.#bus.publishLifecycle(name, payload(), about))
  }

  /** Publishes events of one committed log entry, in order, with their positions; `first` is the place of the first of them. */
  publishCommitted(taskId: string, logId: string, events: readonly LogEvent[], first = 0): void {
    this.#logGrown()
    events.forEach((event, index) => {
      if (!this.#bus.hasListeners(event.name)) return
      this.#guard(event.name, () => this.#bus.check(event.name, event.payload))
      this.#guard(event.name, () => this.#bus.emit(toEnvelope(taskId, logId, event, first + index)))
    })
  }

  /** Telling about the work must never break the work: a payload that does not fit is a defect of the engine, and is logged. */
  #guard(name: string, publish: () => void): void {
    try {
      publish()
    } catch (error) {
      this.#log.error({ err: error, event: name }, `event ${name} could not be published`)
    }
  }
}

/** The base of every payload about a task. */
export function aboutTask(task: TaskRecord): { namespace: string; taskName: string; version: string } {
  return { namespace: task.namespace, taskName: task.name, version: task.version }
}

/** `payments.process_order@2.1.0` */
export function fullNameOf(task: Pick<TaskRecord, 'namespace' | 'name' | 'version'>): string {
  return `${task.namespace}.${task.name}@${task.version}`
}
