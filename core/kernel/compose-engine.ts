import { hostname } from 'node:os'
import type { EventBus } from '../bus/event-bus.js'
import type { StepHandlerClass, StepHandlerObject } from '../contracts/task-definition.js'
import { isDurableEventName } from '../events/event-catalogue.js'
import { ChildTasks } from '../orchestration/child-tasks.js'
import { CommandAnswers } from '../orchestration/command-answers.js'
import { CommandService } from '../orchestration/command-service.js'
import { DatabaseRetry } from '../orchestration/database-retry.js'
import { DatabaseWatch } from '../orchestration/database-watch.js'
import { HandlerInvoker } from '../orchestration/handler-invoker.js'
import { Journal } from '../orchestration/journal.js'
import { LastChances } from '../orchestration/last-chances.js'
import { type LifecycleBus, LifecyclePublisher } from '../orchestration/lifecycle-publisher.js'
import { LimitsService } from '../orchestration/limits/limits-service.js'
import { SystemLimits } from '../orchestration/limits/system-limits.js'
import { Mailbox } from '../orchestration/mailbox.js'
import { MemoryQueue } from '../orchestration/memory-queue.js'
import { BulkService } from '../orchestration/people/bulk-service.js'
import type { RunnerServices } from '../orchestration/runner-services.js'
import { ServedTasks } from '../orchestration/served-tasks.js'
import { StepService } from '../orchestration/step-service.js'
import { StoredDefinitions } from '../orchestration/stored-definitions.js'
import { LogPulse } from '../orchestration/subscriptions/log-pulse.js'
import { TaskCreator } from '../orchestration/task-creator.js'
import { TaskEnds } from '../orchestration/task-ends.js'
import { TaskService } from '../orchestration/task-service.js'
import { TaskWaits } from '../orchestration/task-waits.js'
import { tellOthersOfEnds } from '../orchestration/task-watches.js'
import { WakeUps } from '../orchestration/wake-ups.js'
import { Worker } from '../orchestration/worker.js'
import { ThreadPacemaker } from '../persistence/heartbeat/thread-pacemaker.js'
import type { Base } from './compose-base.js'
import { composePauseWatch, composePeople } from './compose-people.js'
import { composeSchedules } from './compose-schedules.js'
import { QueueSlot } from './queue-slot.js'
import { ServedDefinitions } from './served-definitions.js'
import type { CreateTaskerOptions } from './tasker-options.js'

/** What runs tasks. */
export type Engine = ReturnType<typeof composeEngine>

/** The journal, the worker, and the services by which tasks are created, read and commanded. */
export function composeEngine(base: Base) {
  const { storage, log, clock, options, config, ids, bus, handlers, hooks } = base
  const { store } = storage
  const { signals, subscriptions: subscriptionStore, info } = storage
  const pulse = new LogPulse({ signals, store: subscriptionStore, schema: info.schema, log })
  const publisher = new LifecyclePublisher(lifecycleBusOf(bus), ids, log, () => pulse.grown())
  const queueSlot = new QueueSlot(options.queue ?? new MemoryQueue(clock), isChosen(options))
  const queue = base.wrapQueue?.(queueSlot) ?? queueSlot
  const workerId = ids.next()
  const mailbox = new Mailbox(storage.signals, workerId)
  const answers = new CommandAnswers(mailbox)
  const wakeUps = new WakeUps(queue, publisher, log)
  const services = runnerServices(base, { workerId, publisher, wakeUps, answers }, mailbox)
  const { journal, settings, databaseWatch, databaseRetry } = services
  const record = {
    id: workerId,
    host: config.values.worker.name ?? hostname(),
    processId: process.pid,
    leaseMs: settings.leaseMs,
  }
  const { onChange } = config.values.definitions
  const definitions = new StoredDefinitions({ store, databaseRetry, log, onChange })
  const serving = new ServedDefinitions({ handlers, definitions, log, changed: () => worker.servedChanged() })
  const served = new ServedTasks(() => serving.kinds, config.values.worker.namespaces, {
    of: (kind) => handlers.find(kind)?.definition.concurrencyKey?.limit,
    otherwise: settings.sharedConcurrency,
  })
  const pacemaker = config.values.worker.heartbeatThread ? new ThreadPacemaker(storage.database) : undefined
  const isExclusive = storage.info.isHolder
  const pauseWatch = composePauseWatch(base, databaseWatch)
  const worker = new Worker(services, { record, served, queue, mailbox, pacemaker, isExclusive, pauses: pauseWatch })
  handlers.onChange(() => void serving.changed(worker.isRunning))
  const creator = new TaskCreator({
    ...services,
    definitions,
    worker,
    hooks,
    requireDefinition: ({ namespace, name, version }) => handlers.require({ namespace, name, version }),
    isRegistered: ({ namespace, name, version }) => handlers.has({ namespace, name, version }),
  })
  const commands = new CommandService({ store, worker, hooks, clock, ids, answers })
  services.children.connect({ creator, commands })
  const taskEnds = new TaskEnds(bus)
  const waits = new TaskWaits(store, worker, mailbox, taskEnds)
  tellOthersOfEnds(mailbox, worker, taskEnds)
  const { namespaces, dependentSystems, ...people } = composePeople(base, { watch: pauseWatch, creator })
  const bulk = new BulkService(store, commands)
  const parts = { creator, commands, waits, bulk, ...people }
  const tasks = new TaskService(store, parts, () => warnIfNothingRuns(base, worker))
  const steps = new StepService(store, commands, bulk, settings.maxResultBytes)
  const limits = new LimitsService({ store, mailbox, clock, settings: settings.dependentSystems })
  return {
    ...{ workerId, pulse, serving, journal, databaseWatch, databaseRetry, worker, taskEnds },
    ...{ tasks, steps, namespaces, dependentSystems, limits, queueSlot },
    ...composeSchedules(base, { ...services, definitions, creator, commands, waits }),
  }
}

/** With a clock of the program's own, due times are not those of a server or another process. */
function isChosen({ queue, clock }: CreateTaskerOptions): boolean {
  return queue !== undefined || clock !== undefined
}

const warned = new WeakSet<Worker>()

/** Nobody but the holder of an embedded database can run what is in it: a wait before `start()` would be for ever. */
function warnIfNothingRuns({ storage, log }: Base, worker: Worker): void {
  if (worker.isRunning || !storage.info.isHolder || warned.has(worker)) return
  warned.add(worker)
  log.warn('somebody waits for a task, and nothing runs it: call start() on this instance')
}

function runnerServices(
  base: Base,
  made: Pick<RunnerServices, 'workerId' | 'publisher' | 'wakeUps' | 'answers'>,
  mailbox: Mailbox,
): RunnerServices {
  const { storage, log, clock, options, config, bus, container, handlers, hooks } = base
  const { execution, backoff, dependentSystems, identity } = config.values
  const databaseWatch = new DatabaseWatch(clock, log)
  const retry = new DatabaseRetry(databaseWatch)
  const random = options.random ?? { next: Math.random }
  const settings = { ...execution, backoff, dependentSystems, identity }
  const build = (handler: StepHandlerClass) => container.resolve<StepHandlerObject>(handler)
  return {
    ...made,
    store: storage.store,
    journal: new Journal(storage.store, made.wakeUps, retry, clock, log),
    databaseWatch,
    databaseRetry: retry,
    clock,
    random,
    log,
    settings,
    limits: new SystemLimits({ store: storage.store, mailbox, clock, log, random, settings }),
    handlers: new HandlerInvoker(hooks, bus, build, execution.maxResultBytes),
    lastChances: new LastChances(),
    children: new ChildTasks({
      store: storage.store,
      databaseRetry: retry,
      clock,
      ids: base.ids,
      log,
      sweepIntervalMs: execution.sweepIntervalMs,
    }),
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
