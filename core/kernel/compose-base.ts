import { currentContext } from '../bus/correlation-context.js'
import { EventBus } from '../bus/event-bus.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { Queue } from '../contracts/queue.js'
import {
  durableEventNames,
  type EventPayload,
  type LifecycleEventName,
  lifecycleEventNames,
} from '../events/event-catalogue.js'
import { allSubscriptionEvents } from '../events/subscription-events.js'
import { createUuidV7 } from '../events/uuid-v7.js'
import { HookRegistry } from '../orchestration/hook-registry.js'
import { ExporterRegistry } from '../registry/exporter-registry.js'
import { HandlerRegistry } from '../registry/handler-registry.js'
import { PluginRegistry } from '../registry/plugin-registry.js'
import type { RegistryPorts } from '../registry/registry.js'
import { RegistryOverview } from '../registry/registry-overview.js'
import { SubscriberRegistry } from '../registry/subscriber-registry.js'
import { createContainer } from './container.js'
import { Masking } from './masking.js'
import type { Storage } from './open-storage.js'
import { PluginHost } from './plugin-host.js'
import { SubscriberHost } from './subscriber-host.js'
import type { CreateTaskerOptions } from './tasker-options.js'
import { taskerVersion } from './tasker-version.js'

export interface CompositionInput {
  readonly config: ResolvedConfig
  readonly storage: Storage
  readonly log: Logger
  readonly clock: Clock
  readonly options: CreateTaskerOptions
  /** Stands between the engine and its queue, for tests. */
  readonly wrapQueue?: (queue: Queue) => Queue
}

/** What everything else stands on. */
export type Base = ReturnType<typeof composeBase>

/** The bus, the container, and the registries on both. */
export function composeBase(input: CompositionInput) {
  const { config, log, clock, options } = input
  const { boot, events, filter, hooks } = config.values
  const newId = options.ids ? () => options.ids!.next() : createUuidV7(() => clock.now())
  const bus = createBus(input, newId)
  const container = createContainer()
  const ports = registryPorts(bus, log, clock)
  const handlers = new HandlerRegistry(ports)
  const exporters = new ExporterRegistry(ports)
  const subscriberRegistry = new SubscriberRegistry({ ...ports, ...knownEvents(bus) })
  const pluginRegistry = new PluginRegistry({ ...ports, taskerVersion })
  const hookRegistry = new HookRegistry(log, {
    timeoutMs: hooks.timeoutMs,
    circuit: events.circuitBreaker,
    now: () => clock.now(),
  })
  const queueDefaults = { queueSize: events.queueSize, timeoutMs: events.handlerTimeoutMs }
  return {
    ...input,
    ids: { next: newId },
    bus,
    container,
    handlers,
    exporters,
    subscribers: new SubscriberHost(subscriberRegistry, bus, container, queueDefaults),
    plugins: new PluginHost(pluginRegistry, boot, {
      log,
      now: () => clock.now(),
      bus,
      hooks: hookRegistry,
      strayLimit: events.circuitBreaker.failures,
    }),
    registries: new RegistryOverview([handlers, subscriberRegistry, exporters, pluginRegistry], clock),
    masking: new Masking(filter, handlers),
    hooks: hookRegistry,
  }
}

function createBus({ config, clock, log }: CompositionInput, newId: () => string): EventBus {
  const { validatePayloads, circuitBreaker, blocking } = config.values.events
  return new EventBus({
    now: () => clock.now(),
    setTimer: (callback, delayMs, options) => clock.setTimer(callback, delayMs, options),
    newId,
    logger: log,
    validatePayloads,
    circuit: circuitBreaker,
    blocking,
  })
}

function registryPorts(bus: EventBus, log: Logger, clock: Clock): RegistryPorts {
  const announcer = {
    announce: <N extends LifecycleEventName>(name: N, payload: EventPayload<N>) =>
      void bus.publishLifecycle(name, payload),
  }
  return { announcer, log, clock, correlationId: () => currentContext()?.correlationId ?? 'boot' }
}

/** Custom events are declared during boot: what is known is asked each time. */
function knownEvents(bus: EventBus) {
  return {
    knownEvents: () => new Set([...lifecycleEventNames, ...bus.customEvents.map(({ name }) => name)]),
    durableEvents: () =>
      new Set([...durableEventNames, ...bus.customEvents.filter(({ durable }) => durable).map(({ name }) => name)]),
    // There as soon as there is a durable subscriber, which may be registered after those that hear of it.
    announcedEvents: () => allSubscriptionEvents.map(({ name }) => name),
  }
}
