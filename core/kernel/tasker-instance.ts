import type { VerifyOptions, VerifyReport } from '../contracts/verification.js'
import { TaskerStateError } from '../errors/kernel-errors.js'
import type { Composition } from './compose.js'
import { databaseFinding } from './database-finding.js'
import { checkLog } from './log-health.js'
import { exportSchedules } from './scheduled-exports.js'
import { subscriptionFinding } from './subscription-health.js'
import type { Tasker, TaskerState } from './tasker.js'
import { workerFinding } from './worker-finding.js'

/** How long the bus may take to hand out what it holds when an instance stops, in milliseconds. */
const busDrainMs = 10_000

/** One running kernel: its parts, and their order of start and stop. */
export class TaskerInstance implements Tasker {
  readonly #parts: Composition
  #state: TaskerState = 'ready'
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  constructor(parts: Composition) {
    this.#parts = parts
    registerHealthChecks(parts, () => this.#state)
  }

  get config() {
    return this.#parts.config
  }
  get state(): TaskerState {
    return this.#state
  }
  get workerId(): string {
    return this.#parts.workerId
  }
  get tasks() {
    return this.#parts.tasks
  }
  get steps() {
    return this.#parts.steps
  }
  get exports() {
    return this.#parts.exports
  }
  get events() {
    return this.#parts.bus
  }
  get log() {
    return this.#parts.eventLog
  }
  get handlers() {
    return this.#parts.handlers
  }
  get subscribers() {
    return this.#parts.subscribers
  }
  get exporters() {
    return this.#parts.exporters
  }
  get plugins() {
    return this.#parts.plugins
  }
  get hooks() {
    return this.#parts.hooks
  }
  get dependentSystems() {
    return this.#parts.dependentSystems
  }
  get schedules() {
    return this.#parts.schedules
  }
  get subscriptions() {
    return this.#parts.subscriptions
  }
  get namespaces() {
    return this.#parts.namespaces
  }
  get limits() {
    return this.#parts.limits
  }
  get graph() {
    return this.#parts.graph
  }
  get metrics() {
    return this.#parts.metrics
  }
  get health() {
    return this.#parts.health
  }
  get retention() {
    return this.#parts.retention
  }
  get registries() {
    return this.#parts.registries
  }
  get database() {
    return this.#parts.storage.info
  }
  get container() {
    return this.#parts.container
  }

  mask<T>(value: T, definitionKey?: string): T {
    return this.#parts.masking.mask(value, definitionKey)
  }

  hasUnfinishedTasks(): Promise<boolean> {
    return this.#parts.storage.store.hasUnfinishedTasks()
  }

  verify(options?: VerifyOptions): Promise<VerifyReport> {
    return this.#parts.verify(options)
  }

  start(): Promise<void> {
    if (this.#stopping) {
      const wayOut = 'Make a new instance with createTasker()'
      return Promise.reject(new TaskerStateError('start() cannot be called after stop()', this.#state, wayOut))
    }
    this.#starting ??= this.#start()
    return this.#starting
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #start(): Promise<void> {
    const { plugins, hooks, worker, serving, scheduleRunner, subscriptionRunner, snapshots, upkeep, config } =
      this.#parts
    this.#state = 'starting'
    await serving.storeAll()
    await plugins.start()
    await hooks.tell('onStart')
    // What plugins have registered at their start.
    await serving.storeAll()
    // Before the worker, whose first claim would keep an embedded database busy meanwhile.
    await this.#declareSchedules()
    await this.#parts.databaseRetry.until('the start', () => subscriptionRunner.declare())
    await worker.start()
    await subscriptionRunner.start()
    scheduleRunner.start()
    if (config.values.metrics.enabled) snapshots.start()
    if (config.values.log.upkeep) upkeep.start()
    this.#state = 'running'
  }

  /** What is no longer declared may be wanted all the same: nobody but a person takes it away. */
  async #declareSchedules(): Promise<void> {
    const { schedules, config, databaseRetry, log } = this.#parts
    const declared = { ...config.values.schedules, ...exportSchedules(this.#parts) }
    const left = await databaseRetry.until('the start', () => schedules.declare(declared))
    for (const name of left)
      log.warn(
        { schedule: name },
        `schedule ${name} was declared in the configuration and is not any more; it goes on until it is removed or paused`,
      )
  }

  async #stop(): Promise<void> {
    const {
      plugins,
      hooks,
      worker,
      scheduleRunner,
      subscriptionRunner,
      pulse,
      snapshots,
      upkeep,
      bus,
      taskEnds,
      stopFeeding,
      storage,
      container,
      log,
    } = this.#parts
    // A start that waits for the database would wait for ever.
    if (this.#state === 'starting') this.#parts.databaseRetry.abandon()
    await this.#starting?.catch(() => undefined)
    this.#state = 'stopping'
    await upkeep.stop()
    await scheduleRunner.stop()
    await worker.stop()
    await subscriptionRunner.stop()
    await hooks.tell('onStop')
    for (const failure of await plugins.stop()) log.error({ err: failure }, failure.message)
    await snapshots.stop()
    const { isDrained, left } = await bus.drain({ deadlineMs: busDrainMs })
    if (!isDrained) log.warn({ left }, 'subscribers did not finish in time; what they had not handled is lost')
    stopFeeding()
    taskEnds.stop()
    pulse.close()
    bus.close()
    await storage.close()
    await container.dispose()
    for (const [culprit, timers] of plugins.clearTimers())
      log.warn({ culprit, timers }, `${culprit} left ${timers} timers running after its stop; they were ended`)
    plugins.guests.endWatch()
    this.#state = 'stopped'
  }
}

function registerHealthChecks(parts: Composition, state: () => TaskerState): void {
  const { health, storage, journal, registries, plugins, databaseWatch, worker, config } = parts
  let failure: Error | undefined
  storage.onFailure((error) => {
    failure = error
  })
  health.register('database', async () => {
    if (failure) return { isHealthy: false, message: failure.message }
    return databaseFinding(databaseWatch.waits, storage.database)
  })
  health.register('journal', () => {
    const details = { waiting: journal.waitingCount, commitAgeMs: Math.round(journal.commitAgeMs) }
    if (journal.isHealthy) return { isHealthy: true, details }
    const message = 'commits wait for the database; they are tried again until it does them'
    return { isHealthy: false, message, details }
  })
  health.register('log', () => checkLog(storage.store))
  health.register('subscriptions', () => subscriptionFinding(parts.subscriptionRunner.rows))
  health.register('registries', () => registries.health())
  health.register('plugins', () => plugins.watch.health())
  health.register('worker', () => workerFinding(worker, state(), config.values.execution.leaseMs))
}
