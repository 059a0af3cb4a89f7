import { hostname } from 'node:os'
import type { EventBus } from '../bus/event-bus.js'
import type { StepHandlerClass, StepHandlerObject } from '../contracts/task-definition.js'
import { isDurableEventName } from '../events/event-catalogue.js'
import { CommandService } from '../orchestration/command-service.js'
import { HandlerInvoker } from '../orchestration/handler-invoker.js'
import { Journal } from '../orchestration/journal.js'
import { type LifecycleBus, LifecyclePublisher } from '../orchestration/lifecycle-publisher.js'
import { MemoryQueue } from '../orchestration/memory-queue.js'
import type { RunnerServices } from '../orchestration/runner-services.js'
import { StepService } from '../orchestration/step-service.js'
import { TaskCreator } from '../orchestration/task-creator.js'
import { TaskEnds } from '../orchestration/task-ends.js'
import { TaskService } from '../orchestration/task-service.js'
import { WakeUps } from '../orchestration/wake-ups.js'
import { Worker } from '../orchestration/worker.js'
import type { Base } from './compose-base.js'

/** What runs tasks. */
export type Engine = ReturnType<typeof composeEngine>

/** The journal, the worker, and the services by which tasks are created, read and commanded. */
export function composeEngine(base: Base) {
  const { storage, log, clock, options, config, ids, bus, handlers, hooks } = base
  const { store } = storage
  const publisher = new LifecyclePublisher(lifecycleBusOf(bus), ids, log)
  const queue = options.queue ?? new MemoryQueue(clock)
  const services = runnerServices(base, publisher, new WakeUps(queue, publisher, log))
  const { workerId, journal, settings } = services
  const record = { id: workerId, host: config.values.worker.name ?? hostname(), processId: process.pid }
  const worker = new Worker(services, { record, queue, isExclusive: storage.info.isHolder })
  const creator = new TaskCreator({
    ...services,
    worker,
    hooks,
    requireDefinition: ({ namespace, name, version }) => handlers.require({ namespace, name, version }),
    isRegistered: ({ namespace, name, version }) => handlers.has({ namespace, name, version }),
  })
  const commands = new CommandService(store, worker, hooks, clock, ids)
  const taskEnds = new TaskEnds(bus)
  const tasks = new TaskService(store, creator, commands, taskEnds, () => warnIfNothingRuns(base, worker))
  const steps = new StepService(store, commands, settings.maxResultBytes)
  return { workerId, journal, worker, taskEnds, tasks, steps }
}

const warned = new WeakSet<Worker>()

/** Nobody but the holder of an embedded database can run what is in it: a wait before `start()` would be for ever. */
function warnIfNothingRuns({ storage, log }: Base, worker: Worker): void {
  if (worker.isRunning || !storage.info.isHolder || warned.has(worker)) return
  warned.add(worker)
  log.warn('somebody waits for a task, and nothing runs it: call start() on this instance')
}

function runnerServices(base: Base, publisher: LifecyclePublisher, wakeUps: WakeUps): RunnerServices {
  const { storage, log, clock, options, config, ids, bus, container, handlers, hooks } = base
  const { execution, backoff } = config.values
  const build = (handler: StepHandlerClass) => container.resolve<StepHandlerObject>(handler)
  return {
    workerId: ids.next(),
    store: storage.store,
    journal: new Journal(storage.store, clock, log),
    publisher,
    clock,
    random: options.random ?? { next: Math.random },
    log,
    settings: { ...execution, backoff },
    wakeUps,
    handlers: new HandlerInvoker(hooks, bus, build, execution.maxResultBytes),
    findDefinition: (task) => handlers.find(task)?.definition,
  }
}

/** The bus as the engine's publisher sees it. */
function lifecycleBusOf(bus: EventBus): LifecycleBus {
  return {
    hasListeners: (name) => bus.hasListeners(name),
    publishLifecycle: (name, payload, about) => bus.publishLifecycle(name, payload, about),
    emit: (event) => bus.emit(event),
    check: (name, payload) => {
      if (isDurableEventName(name)) bus.factory.checkLifecycle(name, payload)
    },
  }
}
