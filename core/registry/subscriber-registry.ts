import type { SubscriberDefinition } from '../contracts/subscriber.js'
import { matchesPattern } from '../events/event-pattern.js'
import { nameOf } from './interface-checks.js'
import { Registry, type RegistryPorts } from './registry.js'
import type { RegistryStats } from './registry-entry.js'
import { type KnownEvents, subscriberEventProblems } from './subscriber-event-problems.js'
import { subscriberProblems } from './subscriber-interface.js'

export interface SubscriberRegistryPorts extends RegistryPorts, KnownEvents {}

export interface SubscriberRegistryStats extends RegistryStats {
  /** Known events that at least one subscriber hears. */
  readonly eventsCovered: number
  readonly knownEvents: number
}

/**
 * The subscribers, by name and by event. A catalogue: who delivers events to them is the bus. Classes are built and turned
 * into definitions before they come here.
 */
export class SubscriberRegistry extends Registry<SubscriberDefinition> {
  readonly #events: KnownEvents

  constructor(ports: SubscriberRegistryPorts) {
    super(
      {
        name: 'subscribers',
        kind: 'subscriber',
        subject: nameOf,
        problems: (value) => {
          const problems = subscriberProblems(value)
          return problems.length > 0 ? problems : subscriberEventProblems(value as SubscriberDefinition, ports)
        },
        key: ({ name }) => name,
        groups: ({ on }) => Object.keys(on),
        announceJoined: ({ name, on, durable }, origin, announcer) =>
          announcer.announce('registry.subscriber_registered', {
            subscriber: name,
            events: Object.keys(on),
            durable: durable === true,
            origin,
          }),
      },
      ports,
    )
    this.#events = ports
  }

  /** The subscribers that hear an event, by name or by wildcard, in order of registration. */
  forEvent(eventName: string): SubscriberDefinition[] {
    return this.list()
      .map(({ value }) => value)
      .filter(({ on }) => Object.keys(on).some((pattern) => matchesPattern(pattern, eventName)))
  }

  /** The known events that at least one subscriber hears, in the order of the catalogue. */
  eventsCovered(): string[] {
    return [...this.#events.knownEvents()].filter((name) => this.forEvent(name).length > 0)
  }

  override stats(): SubscriberRegistryStats {
    return {
      ...super.stats(),
      eventsCovered: this.eventsCovered().length,
      knownEvents: this.#events.knownEvents().size,
    }
  }
}
