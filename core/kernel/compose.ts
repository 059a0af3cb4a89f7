import { hostname } from 'node:os'
import type { DependencyContainer } from 'tsyringe'
import { currentContext } from '../bus/correlation-context.js'
import { EventBus } from '../bus/event-bus.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Clock } from '../contracts/clock.js'
import type { Logger } from '../contracts/logger.js'
import type { StepHandlerObject } from '../contracts/task-definition.js'
import {
  durableEventNames,
  type EventPayload,
  isDurableEventName,
  isLifecycleEventName,
  type LifecycleEventName,
  lifecycleEventNames,
} from '../events/event-catalogue.js'
import { createUuidV7 } from '../events/uuid-v7.js'
import { ExportCoordinator } from '../exports/export-coordinator.js'
import { recordSources } from '../exports/record-sources.js'
import { feedLifecycleMetrics } from '../metrics/lifecycle-metrics.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { MetricsSnapshotWriter } from '../metrics/metrics-snapshot-writer.js'
import { CommandService } from '../orchestration/command-service.js'
import { HandlerInvoker } from '../orchestration/handler-invoker.js'
import { HookRegistry } from '../orchestration/hook-registry.js'
import { Journal } from '../orchestration/journal.js'
import { LifecyclePublisher } from '../orchestration/lifecycle-publisher.js'
import { MemoryQueue } from '../orchestration/memory-queue.js'
import type { RunnerServices } from '../orchestration/runner-services.js'
import type { OrchestrationSettings } from '../orchestration/settings.js'
import { StepService } from '../orchestration/step-service.js'
import { TaskCreator } from '../orchestration/task-creator.js'
import { TaskEnds } from '../orchestration/task-ends.js'
import { TaskService } from '../orchestration/task-service.js'
import { WakeUps } from '../orchestration/wake-ups.js'
import { Worker } from '../orchestration/worker.js'
import { ExporterRegistry } from '../registry/exporter-registry.js'
import { HandlerRegistry } from '../registry/handler-registry.js'
import { PluginRegistry } from '../registry/plugin-registry.js'
import type { RegistryPorts } from '../registry/registry.js'
import { RegistryOverview } from '../registry/registry-overview.js'
import { SubscriberRegistry } from '../registry/subscriber-registry.js'
import { createContainer } from './container.js'
import { EventLog } from './event-log.js'
import { GraphApi } from './graph-api.js'
import { HealthRegistry } from './health-registry.js'
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
}

/** The parts of one kernel, put together. */
export type Composition = ReturnType<typeof compose>

/** Puts the parts of one kernel together, from the bus outwards. Nothing is started. */
export function compose({ config, storage, log, clock, options }: CompositionInput) {
  const { values } = config
  const { store } = storage
  const newId = options.ids ? () => options.ids!.next() : createUuidV7(() => clock.now())
  const ids = { next: newId }
  const bus = createBus(values, clock, log, newId)
  const container: DependencyContainer = createContainer()
  const registries = createRegistries(
    bus,
    log,
    clock,
    { queueSize: values.events.queueSize, timeoutMs: values.events.handlerTimeoutMs },
    container,
  )
  const { handlers, exporters } = registries
  const plugins = new PluginHost(registries.plugins, values.boot.timeoutMs)
  const masking = new Masking(values.filter, handlers)
  const publisher = new LifecyclePublisher(lifecycleBusOf(bus), ids, log)
  const hooks = new HookRegistry(log)
  const settings: OrchestrationSettings = { ...values.execution, backoff: values.backoff }
  const queue = options.queue ?? new MemoryQueue(clock)
  const journal = new Journal(store, clock, log)
  const wakeUps = new WakeUps(queue, publisher, log)
  const workerId = newId()
  const build = (handler: new (...dependencies: never[]) => StepHandlerObject) =>
    container.resolve<StepHandlerObject>(handler as never)
  const services: RunnerServices = {
    workerId,
    store,
    journal,
    publisher,
    clock,
    random: options.random ?? { next: Math.random },
    log,
    settings,
    wakeUps,
    handlers: new HandlerInvoker(hooks, bus, build, settings.maxResultBytes),
    findDefinition: (task) => handlers.find(task)?.definition,
  }
  const record = { id: workerId, host: values.worker.name ?? hostname(), processId: process.pid }
  const worker = new Worker(services, { record, queue, isExclusive: storage.info.isHolder })
  const requireDefinition = (request: {
    readonly namespace?: string
    readonly name: string
    readonly version?: string
  }) => handlers.require(request)
  const creator = new TaskCreator({
    store,
    journal,
    publisher,
    clock,
    hooks,
    wakeUps,
    worker,
    settings,
    requireDefinition,
  })
  const commands = new CommandService(store, worker, hooks, clock, ids)
  const taskEnds = new TaskEnds(bus)
  const tasks = new TaskService(store, creator, commands, taskEnds)
  const steps = new StepService(store, commands, settings.maxResultBytes)
  const metrics = new MetricsRegistry({ clock })
  const stopFeeding = values.metrics.enabled ? feedLifecycleMetrics(bus, metrics) : () => {}
  const mask = <T extends object>(value: T, key?: string): T => masking.mask(value, key)
  const sources = recordSources({ store, mask, clock, liveMetrics: { workerId, snapshot: () => metrics.snapshot() } })
  const exports = new ExportCoordinator({
    exporters,
    sources,
    publish: (name, payload) => void bus.publishLifecycle(name, payload),
    beforeExport: (request) => hooks.ask('beforeExport', request),
    mask,
    clock,
    ids,
  })
  const snapshots = new MetricsSnapshotWriter({
    metrics,
    clock,
    intervalMs: values.metrics.snapshotIntervalMs,
    save: (takenAt, snapshot) => store.saveMetrics(workerId, takenAt, snapshot.metrics),
    publish: (name, payload) => bus.publishLifecycle(name, payload),
    log,
  })
  const health = new HealthRegistry(clock)
  const eventLog = new EventLog(store, masking)
  const graph = new GraphApi(handlers, tasks)
  const namespaces = { list: () => store.listNamespaces() }
  return {
    config,
    storage,
    log,
    clock,
    bus,
    container,
    ...registries,
    plugins,
    masking,
    hooks,
    journal,
    worker,
    tasks,
    steps,
    exports,
    metrics,
    stopFeeding,
    snapshots,
    health,
    eventLog,
    graph,
    namespaces,
    taskEnds,
    workerId,
  }
}

function createBus(values: ResolvedConfig['values'], clock: Clock, logger: Logger, newId: () => string): EventBus {
  const { validatePayloads, circuitBreaker } = values.events
  return new EventBus({
    now: () => clock.now(),
    setTimer: (callback, delayMs, options) => clock.setTimer(callback, delayMs, options),
    newId,
    logger,
    validatePayloads: validatePayloads ?? true,
    circuit: circuitBreaker,
  })
}

function createRegistries(
  bus: EventBus,
  log: Logger,
  clock: Clock,
  queueDefaults: { readonly queueSize: number; readonly timeoutMs: number },
  container: DependencyContainer,
) {
  const announcer = {
    announce: <N extends LifecycleEventName>(name: N, payload: EventPayload<N>) =>
      void bus.publishLifecycle(name, payload),
  }
  const ports: RegistryPorts = { announcer, log, clock, correlationId: () => currentContext()?.correlationId ?? 'boot' }
  const customNames = (isWanted: (durable: boolean) => boolean) =>
    bus.customEvents.filter(({ durable }) => isWanted(durable)).map(({ name }) => name)
  const handlers = new HandlerRegistry(ports)
  const exporters = new ExporterRegistry(ports)
  const subscriberRegistry = new SubscriberRegistry({
    ...ports,
    knownEvents: () => new Set([...lifecycleEventNames, ...customNames(() => true)]),
    durableEvents: () => new Set([...durableEventNames, ...customNames((durable) => durable)]),
  })
  const plugins = new PluginRegistry({ ...ports, taskerVersion })
  const registries = new RegistryOverview([handlers, subscriberRegistry, exporters, plugins], clock)
  const subscribers = new SubscriberHost(subscriberRegistry, bus, container, queueDefaults)
  return { handlers, exporters, subscribers, plugins, registries }
}

/** The bus as the engine's publisher sees it. */
function lifecycleBusOf(bus: EventBus) {
  return {
    hasListeners: (name: string) => bus.hasListeners(name),
    publishLifecycle: bus.publishLifecycle.bind(bus),
    emit: (event: Parameters<EventBus['emit']>[0]) => bus.emit(event),
    check: (name: string, payload: unknown) => {
      if (isLifecycleEventName(name) && isDurableEventName(name)) bus.factory.checkLifecycle(name, payload)
    },
  }
}
