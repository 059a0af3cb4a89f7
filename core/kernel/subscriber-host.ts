import type { DependencyContainer } from 'tsyringe'
import type { EventBus } from '../bus/event-bus.js'
import type { DefinedSubscriber, SubscriberClass, SubscriberDefinition } from '../contracts/subscriber.js'
import { isSubscriberClass, subscriberFromClass } from '../definition/subscriber-from-class.js'
import { allSubscriptionEvents } from '../events/subscription-events.js'
import type { RegistrationOptions, RegistryEntry } from '../registry/registry-entry.js'
import type { SubscriberRegistry } from '../registry/subscriber-registry.js'
import { RegistryView } from './registry-view.js'

/** Who delivers the log to durable subscribers. */
export interface DurableDelivery {
  add(subscriber: SubscriberDefinition): void
  remove(name: string): void
}

export interface QueueDefaults {
  readonly queueSize: number
  readonly timeoutMs: number
}

/** `tasker.subscribers`: the registry, and what it takes to have each entry hear the bus. */
export class SubscriberHost extends RegistryView<SubscriberDefinition> {
  readonly #registry: SubscriberRegistry
  readonly #bus: EventBus
  readonly #container: DependencyContainer
  readonly #defaults: QueueDefaults
  readonly #attached = new Map<string, () => void>()
  #durable: DurableDelivery | undefined

  constructor(registry: SubscriberRegistry, bus: EventBus, container: DependencyContainer, defaults: QueueDefaults) {
    super(registry)
    this.#registry = registry
    this.#bus = bus
    this.#container = container
    this.#defaults = defaults
  }

  /** Says who delivers to durable subscribers. Called once, before any is registered. */
  deliverDurable(delivery: DurableDelivery): void {
    this.#durable = delivery
  }

  /**
   * Registers a subscriber, a class built by the container included, and attaches it to the bus, or, if it is durable, to the log.
   *
   * @throws InvalidRegistrationError, AlreadyRegisteredError
   */
  register(
    subscriber: DefinedSubscriber | SubscriberDefinition | SubscriberClass,
    options: RegistrationOptions = {},
  ): RegistryEntry<SubscriberDefinition> {
    const definition = isSubscriberClass(subscriber) ? this.#build(subscriber as SubscriberClass) : subscriber
    const entry = this.#registry.register(definition as SubscriberDefinition, options)
    const { name } = entry.value
    this.#attached.get(name)?.()
    this.#attached.set(name, this.#attach(entry.value))
    return entry
  }

  /** The same as `register` with `replace: true`. */
  replace(subscriber: Parameters<SubscriberHost['register']>[0], options: RegistrationOptions = {}) {
    return this.register(subscriber, { ...options, replace: true })
  }

  /** Takes a subscriber away; false if there was none of that name. */
  unregister(name: string): boolean {
    this.#attached.get(name)?.()
    this.#attached.delete(name)
    return this.#registry.unregister(name)
  }

  require(name: string): SubscriberDefinition {
    return this.#registry.require(name)
  }

  /** The subscribers that hear an event, by name or by wildcard. */
  forEvent(eventName: string): SubscriberDefinition[] {
    return this.#registry.forEvent(eventName)
  }

  #attach(subscriber: SubscriberDefinition): () => void {
    if (!subscriber.durable) return this.#bus.attach({ ...this.#defaults, ...withoutUndefined(subscriber) })
    // What is told of them is among the events as soon as there is one.
    for (const event of allSubscriptionEvents) this.#bus.declare(event)
    const delivery = this.#durable!
    delivery.add(subscriber)
    return () => delivery.remove(subscriber.name)
  }

  #build(subscriber: SubscriberClass): SubscriberDefinition {
    return subscriberFromClass(subscriber, this.#container.resolve<object>(subscriber))
  }
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T
}
