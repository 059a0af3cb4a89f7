import type { Queue } from '../contracts/queue.js'
import type { ClaimedTask, ClaimRequest, WorkerRecord } from '../contracts/store.js'
import type { Command } from '../contracts/task-request.js'
import type { OrchestrationCause } from '../events/event-vocabularies.js'
import type { TaskRecord } from '../workflow/task-record.js'
import { Heartbeat } from './heartbeat.js'
import { aboutTask } from './lifecycle-publisher.js'
import { PeriodicWork } from './periodic-work.js'
import type { RunnerServices } from './runner-services.js'
import { TaskRunner } from './task-runner.js'

/** Most tasks that one claim takes: a larger one holds more row locks for longer. */
const maxClaim = 100
/** How long the commits may take that give back what is owned, in milliseconds, before a stopping worker leaves it. */
const lastCommitMs = 10_000
/** Most published requests to run that are remembered until their claim. */
const maxAnnounced = 10_000

export interface WorkerOptions {
  readonly record: WorkerRecord
  readonly queue: Queue
  /** The database admits this worker alone: every other owner in it is gone. */
  readonly isExclusive: boolean
}

/**
 * Owns tasks: claims what is due as far as it has room, runs each in a {@link TaskRunner}, hands over commands, and looks
 * from time to time for what nothing else would wake.
 */
export class Worker {
  readonly id: string
  readonly #services: RunnerServices
  readonly #options: WorkerOptions
  readonly #runners = new Map<string, TaskRunner>()
  readonly #heartbeat: Heartbeat
  readonly #poll: PeriodicWork
  readonly #sweep: PeriodicWork
  /** Tasks whose request to run this process has published: their claim does not repeat it. */
  readonly #announced = new Set<string>()
  /** Places promised to tasks that are being created. */
  #reserved = 0
  #state: 'idle' | 'running' | 'draining' = 'idle'
  #claiming: Promise<void> | undefined
  #mustClaimAgain = false
  #whenEmpty: (() => void) | undefined

  constructor(services: RunnerServices, options: WorkerOptions) {
    const { settings, store, log } = services
    this.id = services.workerId
    this.#services = services
    this.#options = options
    this.#heartbeat = new Heartbeat(store, options.record, options.isExclusive, settings.heartbeatIntervalMs, log)
    this.#poll = new PeriodicWork(
      'looking for due tasks and commands',
      settings.pollIntervalMs,
      () => this.#look(),
      log,
    )
    this.#sweep = new PeriodicWork('sweeping', settings.sweepIntervalMs, () => this.#sweepOnce(), log)
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** How many more tasks it may own. */
  get room(): number {
    return this.#state === 'running' ? this.#services.settings.concurrentTasks - this.#runners.size - this.#reserved : 0
  }

  /** Keeps a place for a task that is about to be created, if there is one; the task is then given by `adopt`. */
  tryReserve(): boolean {
    if (this.room <= 0) return false
    this.#reserved += 1
    return true
  }

  /** Gives back a reserved place. */
  unreserve(): void {
    this.#reserved -= 1
  }

  /** Whether nothing is owned, being claimed or being committed: all that is due has been taken up and run. */
  get isQuiet(): boolean {
    return this.#runners.size + this.#reserved === 0 && !this.isBooking
  }

  /** Whether a claim or a commit is under way; handlers may run besides. */
  get isBooking(): boolean {
    return this.#claiming !== undefined || !this.#services.journal.isIdle
  }

  /** Registers it in the database, so that what it owns counts as owned; done before the first claim of any kind. */
  async register(): Promise<void> {
    await this.#heartbeat.start()
  }

  /** Begins to claim and run tasks. */
  async start(): Promise<void> {
    await this.register()
    this.#state = 'running'
    await this.#options.queue.start(() => this.claimSoon())
    this.#poll.start()
    this.#sweep.start()
    this.claimSoon()
  }

  /** Claims nothing more, waits for what runs, and gives the rest back. */
  async stop(): Promise<void> {
    const wasRunning = this.#state === 'running'
    this.#state = 'draining'
    if (wasRunning) await Promise.all([this.#poll.stop(), this.#sweep.stop(), this.#options.queue.stop()])
    await this.#claiming
    if (await this.#drain()) {
      await this.#services.journal.drained()
      await this.#heartbeat.stop()
    } else {
      // What it owns is left: without a heartbeat, others take it over when the lease has run out.
      this.#heartbeat.halt()
    }
    this.#state = 'idle'
  }

  /** Ceases without a word to the database, as if its process had ended: what it owned is left for others to find. */
  halt(): void {
    this.#state = 'draining'
    this.#heartbeat.halt()
    void Promise.all([this.#poll.stop(), this.#sweep.stop(), this.#options.queue.stop()])
  }

  /** Claims what is due as soon as a claim under way has returned. */
  claimSoon(): void {
    if (this.#state !== 'running') return
    if (this.#claiming) {
      this.#mustClaimAgain = true
      return
    }
    this.#claiming = this.#claim()
      .catch((error) => this.#services.log.warn({ err: error }, 'claiming tasks failed; it is tried again'))
      .finally(() => {
        this.#claiming = undefined
        if (!this.#mustClaimAgain) return
        this.#mustClaimAgain = false
        this.claimSoon()
      })
  }

  /** Takes up a task that it owns. */
  adopt(claimed: ClaimedTask): void {
    this.#announceClaim(claimed)
    this.#addRunner(claimed).begin()
  }

  /** Remembers that the request to run a task has been published here. */
  noteAnnounced(taskId: string): void {
    this.#announce(taskId)
  }

  /** Hands a command to the run of its task here, if there is one. */
  deliver(command: Command): boolean {
    const runner = this.#runners.get(command.taskId)
    runner?.deliver(command)
    return runner !== undefined
  }

  /** Claims the task of a command, applies the command and releases it; false if somebody else owns the task. */
  async applyWithoutOwner(command: Command): Promise<boolean> {
    await this.register()
    const claimed = await this.#services.store.claimTask(command.taskId, this.#claimRequest())
    if (!claimed) return false
    this.#addRunner(claimed, true).deliver(command)
    return true
  }

  #claimRequest(): Omit<ClaimRequest, 'limit'> {
    const now = new Date(this.#services.clock.now()).toISOString()
    return { workerId: this.id, now, leaseMs: this.#services.settings.leaseMs }
  }

  async #claim(): Promise<void> {
    while (this.room > 0) {
      const limit = Math.min(this.room, maxClaim)
      const claimed = await this.#services.store.claimDue({ ...this.#claimRequest(), limit })
      for (const task of claimed) this.adopt(task)
      if (claimed.length < limit) return
    }
  }

  #addRunner(claimed: ClaimedTask, commandOnly = false): TaskRunner {
    const runner = new TaskRunner(this.#services, claimed, (released) => this.#remove(released), { commandOnly })
    this.#runners.set(runner.taskId, runner)
    if (this.#state === 'draining') runner.drain()
    return runner
  }

  #remove(runner: TaskRunner): void {
    const hadRoom = this.room > 0
    if (this.#runners.get(runner.taskId) === runner) this.#runners.delete(runner.taskId)
    // The command that set it back has published the request to run it.
    if (runner.hasReopened) this.#announce(runner.taskId)
    if (!hadRoom || runner.isCommandOnly) this.claimSoon()
    if (this.#runners.size === 0) this.#whenEmpty?.()
  }

  /** The oldest are forgotten beyond a number: what another process claims is never taken out by a claim here. */
  #announce(taskId: string): void {
    this.#announced.add(taskId)
    if (this.#announced.size > maxAnnounced) this.#announced.delete(this.#announced.values().next().value!)
  }

  #announceClaim({ task, previousOwnerId }: ClaimedTask): void {
    if (this.#announced.delete(task.id)) return
    const isNew = task.startedAt === null && previousOwnerId === null
    const cause: OrchestrationCause = previousOwnerId !== null ? 'recovered' : isNew ? 'created' : 'due'
    this.#publishRequest(task, cause)
  }

  #publishRequest(task: TaskRecord, cause: OrchestrationCause): void {
    const about = { taskId: task.id, correlationId: task.correlationId }
    this.#services.publisher.publish('workflow.orchestration_requested', about, () => ({ ...aboutTask(task), cause }))
  }

  async #look(): Promise<void> {
    this.claimSoon()
    if (this.#runners.size === 0) return
    for (const command of await this.#services.store.commandsFor(this.id)) this.deliver(command)
  }

  /** Enforces that every unfinished task has a live owner or a due time, and that no command stays unanswered. */
  async #sweepOnce(): Promise<void> {
    const { store, publisher, clock, log, settings } = this.#services
    for (const { task, finding } of await store.repairStuck(new Date(clock.now()).toISOString())) {
      log.error({ taskId: task.id, finding }, 'an unfinished task had nothing that would wake it; it was made due')
      const about = { taskId: task.id, correlationId: task.correlationId }
      publisher.publish('workflow.task_state_unclear', about, () => ({
        ...aboutTask(task),
        finding,
        action: 'requeued',
      }))
    }
    for (const command of await store.orphanedCommands(settings.leaseMs)) {
      if (!this.#runners.has(command.taskId)) await this.applyWithoutOwner(command)
    }
  }

  /** Waits until nothing is owned any more; false if that cannot be committed, because the database does not answer. */
  async #drain(): Promise<boolean> {
    if (this.#runners.size === 0) return this.#services.journal.isHealthy
    const { drainTimeoutMs, timeoutGraceMs } = this.#services.settings
    const empty = Promise.withResolvers<boolean>()
    this.#whenEmpty = () => empty.resolve(true)
    for (const runner of this.#runners.values()) runner.drain()
    // Real time: a drain waits for handlers, which no clock of ours moves.
    const deadline = setTimeout(() => {
      for (const runner of this.#runners.values()) runner.abandon(timeoutGraceMs)
    }, drainTimeoutMs)
    const end = setTimeout(() => empty.resolve(false), drainTimeoutMs + timeoutGraceMs + lastCommitMs)
    const isEmpty = await empty.promise
    clearTimeout(deadline)
    clearTimeout(end)
    if (!isEmpty)
      this.#services.log.error({ tasks: this.#runners.size }, 'the worker stops without having given back its tasks')
    return isEmpty
  }
}
