import { setTimeout as sleep } from 'node:timers/promises'
import type { Pacemaker } from '../contracts/pacemaker.js'
import type { Queue } from '../contracts/queue.js'
import type { Listening } from '../contracts/signals.js'
import type { ClaimedTask, WorkerRecord } from '../contracts/store.js'
import type { TaskRecord, TaskView } from '../contracts/task-record.js'
import type { Command } from '../contracts/task-request.js'
import { isFinal } from '../workflow/state-machines.js'
import { ClaimLoop } from './claim-loop.js'
import { CommandDelivery } from './command-delivery.js'
import { drainRunners, lastCommitMsOf } from './drain.js'
import { Heartbeat } from './heartbeat.js'
import { KeyClaims } from './limits/key-claims.js'
import type { Mailbox } from './mailbox.js'
import { OwnershipCheck } from './ownership-check.js'
import type { PauseWatch } from './people/pause-watch.js'
import { Rounds } from './rounds.js'
import { RunRequests } from './run-requests.js'
import type { RunnerServices } from './runner-services.js'
import type { ServedTasks } from './served-tasks.js'
import { Sweeper } from './sweeper.js'
import { type RunnerOptions, TaskRunner } from './task-runner.js'
import { UnservedNotices } from './unserved-notices.js'
import { within } from './within.js'

/** How long a wake-up is held that finds no room here, in milliseconds: others wait meanwhile for workers that have some. */
const fullPauseMs = 100

export interface WorkerOptions {
  readonly record: WorkerRecord
  readonly served: ServedTasks
  readonly queue: Queue
  /** Where commands are announced. */
  readonly mailbox: Mailbox
  /** The database admits this worker alone: every other owner in it is gone. */
  readonly isExclusive: boolean
  /** Absent: the main thread beats. */
  readonly pacemaker: Pacemaker | undefined
  readonly pauses: PauseWatch
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
  readonly #claims: ClaimLoop
  readonly #keyClaims: KeyClaims
  readonly #requests: RunRequests
  readonly #sweeper: Sweeper
  readonly #commands: CommandDelivery
  readonly #rounds: Rounds
  readonly #notices: UnservedNotices
  #state: 'idle' | 'running' | 'draining' = 'idle'
  #isServedChanging = false
  #empty = Promise.withResolvers<void>()
  #mailboxOpen: Listening | undefined
  readonly #removalListeners: ((taskId: string) => void)[] = []

  constructor(services: RunnerServices, options: WorkerOptions) {
    const { log, publisher } = services
    const { served } = options
    this.id = services.workerId
    this.#services = services
    this.#options = options
    this.#heartbeat = new Heartbeat({ ...services, ...options, onReturn: () => this.#returned() })
    this.#claims = new ClaimLoop(services, {
      served,
      room: () => this.room,
      revive: () => this.#heartbeat.revive(),
      adopt: (claimed) => this.adopt(claimed),
    })
    this.#keyClaims = new KeyClaims({
      ...services,
      ...options,
      isClaiming: () => this.#state === 'running' && services.journal.isHealthy,
      adopt: (claimed) => this.adopt(claimed),
    })
    this.#requests = new RunRequests(publisher)
    this.#sweeper = new Sweeper(services)
    this.#notices = new UnservedNotices(log)
    this.#commands = new CommandDelivery(services.store, this)
    this.#rounds = new Rounds(services, this, {
      claims: this.#claims,
      commands: this.#commands,
      ownership: new OwnershipCheck(services, this.#runners),
      sweeper: this.#sweeper,
    })
    // What fails here is tried again by the poll, which reports it.
    options.mailbox.on('command', () => void this.#commands.look().catch(() => undefined))
    options.pauses.onChange(() => this.#pausesChanged())
    services.limits.onHeld(() => {
      if (this.#state === 'running' && services.journal.isHealthy) this.#claims.refill()
    })
    options.mailbox.onGap(() => void this.#rounds.look().catch(() => undefined))
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** How many more tasks it may own. */
  get room(): number {
    if (this.#state !== 'running') return 0
    const { settings, limits } = this.#services
    return settings.concurrentTasks - this.#runners.size + limits.freePlaces
  }

  get ownedCount(): number {
    return this.#runners.size
  }

  /** How long ago its last heartbeat was, in milliseconds; undefined before it is registered. */
  get heartbeatAgeMs(): number | undefined {
    return this.#heartbeat.ageMs
  }

  /** How many tasks that contradicted themselves it has repaired. */
  get repairs(): number {
    return this.#sweeper.repairs
  }

  /** Whether it runs tasks of this definition. */
  serves(task: Pick<TaskRecord, 'namespace' | 'name' | 'version'>): boolean {
    return this.#options.served.includes(task)
  }

  /** Whether tasks of this definition are paused, as far as it is known here. */
  isPaused(task: Pick<TaskRecord, 'namespace' | 'name' | 'version'>): boolean {
    return this.#options.pauses.covers(task)
  }

  /**
   * Whether there is a place for a task that is about to be created; its run, made by `beginCreated`, then takes it. None for what is
   * created again, a child by two who take its parent for theirs: the run that there is stays known.
   */
  findPlace(taskId: string): boolean {
    if (this.owns(taskId)) return false
    if (this.room > 0) return true
    this.#claims.noteBacklog()
    return false
  }

  /** Whether nothing is owned, being claimed or being committed: all that is due has been taken up and run. */
  get isQuiet(): boolean {
    return this.#runners.size - this.#services.limits.heldRuns <= 0 && !this.isBooking
  }

  /** Whether tasks that it owns wait for nothing but limits. */
  get holdsLimited(): boolean {
    return this.#services.limits.heldRuns > 0
  }

  /** Whether steps that it has admitted begin at a time that is near, because of limits. */
  get startsSoon(): boolean {
    return this.#services.limits.isStarting
  }

  /** Whether a claim or a commit is under way; handlers may run besides. */
  get isBooking(): boolean {
    return (
      this.#claims.isClaiming ||
      this.#keyClaims.isClaiming ||
      this.#services.limits.isAsking ||
      !this.#services.journal.isIdle ||
      this.#services.children.isBusy
    )
  }

  /** Registers it in the database, so that what it owns counts as owned; done before the first claim of any kind. */
  async register(): Promise<void> {
    await this.#heartbeat.start()
  }

  /** Begins to claim and run tasks. */
  async start(): Promise<void> {
    const { served, queue, mailbox } = this.#options
    for (const namespace of served.idleNamespaces)
      this.#services.log.warn({ namespace }, `the worker is pinned to namespace ${namespace} and has no handler of it`)
    // As whatever a worker does: a database that is away is waited for.
    const { databaseRetry } = this.#services
    await databaseRetry.until('the start', () => this.#heartbeat.serve(served.serving))
    await databaseRetry.until('the start', () => this.#options.pauses.start())
    this.#state = 'running'
    this.#mailboxOpen ??= mailbox.open()
    await queue.start(
      () => this.#wakeUp(),
      () => served.kinds,
    )
    this.#rounds.start()
    await this.#services.databaseRetry.until('the start', () => this.#services.limits.look())
    void this.claimSoon()
    await databaseRetry.until('the start', () => this.#keyClaims.lookAtFree())
  }

  /** Claims nothing more, waits for what runs, and gives the rest back. */
  async stop(): Promise<void> {
    const wasRunning = this.#state === 'running'
    this.#state = 'draining'
    const { journal, databaseRetry } = this.#services
    // Before anything that takes time: a step that ends meanwhile is to be the last.
    for (const runner of this.#runners.values()) runner.drain()
    // A database that is away may let each of these wait for as long as a statement may take.
    const lastCommitMs = lastCommitMsOf(this.#services.settings)
    await within(lastCommitMs, Promise.all([wasRunning ? this.#options.queue.stop() : undefined, this.#claims.ended()]))
    const isGivenBack = await this.#drain()
    this.#services.children.stop()
    // Until here people may still have cancelled what runs, and others may have taken it over.
    await within(lastCommitMs, Promise.all([this.#rounds.stop(), this.#options.pauses.stop()]))
    await within(lastCommitMs, this.#keyClaims.ended())
    const { limits } = this.#services
    await within(
      lastCommitMs,
      limits.stop(this.id).catch(() => undefined),
    )
    const isEmpty = isGivenBack && (await within(lastCommitMs, journal.drained()))
    if (!isEmpty || !(await within(lastCommitMs, this.#heartbeat.stop()))) {
      // What it owns is left: without a heartbeat, others take it over when the lease has run out.
      this.#heartbeat.halt()
    }
    this.#mailboxOpen?.stop()
    this.#mailboxOpen = undefined
    databaseRetry.abandon()
    this.#state = 'idle'
  }

  /** Ceases without a word to the database, as if its process had ended: what it owned is left for others to find. */
  halt(): void {
    this.#state = 'draining'
    this.#services.children.stop()
    this.#heartbeat.halt()
    this.#services.limits.halt()
    void Promise.all([this.#rounds.stop(), this.#options.pauses.stop(), this.#options.queue.stop()])
  }

  /**
   * Claims what is due, nothing while what runs cannot be committed; resolves when a claim that began after this call has
   * returned. Never throws.
   */
  claimSoon(): Promise<void> {
    if (this.#state !== 'running' || !this.#services.journal.isHealthy) return Promise.resolve()
    return this.#claims.claimSoon()
  }

  /** Handlers have come or gone: others are told, and what waited for them is claimed. */
  servedChanged(): void {
    this.#options.served.changed()
    if (this.#state !== 'running' || this.#isServedChanging) return
    this.#isServedChanging = true
    // Several come at once where a folder is loaded.
    setImmediate(() => {
      this.#isServedChanging = false
      this.#notices.forget()
      if (this.#state !== 'running') return
      this.#heartbeat
        .serve(this.#options.served.serving)
        .catch((err) => this.#services.log.warn({ err }, 'what the worker serves could not be told; it is tried again'))
      void this.claimSoon()
    })
  }

  /** Takes up a task that it owns. */
  adopt(claimed: ClaimedTask): void {
    this.#notices.tell(claimed)
    this.#requests.claimed(claimed)
    this.#addRunner(claimed).begin()
  }

  /**
   * The run of a task that is being created, for which there is a place: its first write is to be part of the creation. It is held from
   * here on: the task may be in the table long before the commit is answered, must be no stray there, and be waited for by a stop.
   */
  beginCreated(claimed: ClaimedTask, eventsBefore: number): TaskRunner {
    const runner = this.#runnerOf(claimed, { isHeld: this.#options.pauses.covers(claimed.task), eventsBefore })
    this.#register(runner)
    return runner
  }

  /** What this process publishes of requests to run tasks. */
  get requests(): RunRequests {
    return this.#requests
  }

  /** Hands a command to the run of its task here, if there is one. */
  deliver(command: Command): boolean {
    const runner = this.#runners.get(command.taskId)
    runner?.deliver(command)
    return runner !== undefined
  }

  /** Has what became of children looked at where no word of it came, and those that have taken too long. */
  lookAtChildren(): Promise<void> {
    return this.#services.children.lookAtEnded()
  }

  /** Whether it has the run of any task. */
  get ownsAny(): boolean {
    return this.#runners.size > 0
  }

  /** Whether it has the run of a task. */
  owns(taskId: string): boolean {
    return this.#runners.has(taskId)
  }

  /** A task as the run of it here knows it: to be asked when its end is told, which comes before it is let go. */
  viewOf(taskId: string): TaskView | undefined {
    return this.#runners.get(taskId)?.view
  }

  /** Calls the listener with each task that it no longer owns. */
  onRemoved(listener: (taskId: string) => void): void {
    this.#removalListeners.push(listener)
  }

  /** Claims the task of a command, applies the command and releases it; false if somebody else owns the task. */
  async applyWithoutOwner(command: Command): Promise<boolean> {
    await this.register()
    const { store, clock } = this.#services
    const now = new Date(clock.now()).toISOString()
    const claimed = await store.claimTask(command.taskId, { workerId: this.id, now })
    if (!claimed) return false
    // What waited for a child goes on in the same commit, where there is room for it.
    const goesOn = command.kind === 'child.ended' && !isFinal(claimed.task.state) && this.#mayRun(claimed.task)
    if (goesOn) this.#requests.claimedForChild(claimed)
    this.#addRunner(claimed, !goesOn).deliver(command)
    return true
  }

  /** One with a concurrency key is claimed under the lock of its key. */
  #mayRun({ state, parked, concurrencyKey, ...task }: TaskRecord): boolean {
    if (state === 'error' || parked === 'paused' || concurrencyKey !== null) return false
    return this.room > 0 && this.serves(task)
  }

  #addRunner(claimed: ClaimedTask, commandOnly = false): TaskRunner {
    const isHeld = !commandOnly && this.#options.pauses.covers(claimed.task)
    const runner = this.#runnerOf(claimed, { commandOnly, leftToOthers: this.#state !== 'running', isHeld })
    // Of a task that others have had meanwhile, and given back.
    this.#runners.get(runner.taskId)?.noteEpoch(claimed.task.epoch)
    this.#register(runner)
    return runner
  }

  #runnerOf(claimed: ClaimedTask, options: RunnerOptions): TaskRunner {
    return new TaskRunner(this.#services, claimed, (released) => this.#remove(released), options)
  }

  #register(runner: TaskRunner): void {
    this.#runners.set(runner.taskId, runner)
    if (this.#state === 'draining') runner.drain()
  }

  #remove(runner: TaskRunner): void {
    const wasHeld = this.#runners.get(runner.taskId) === runner
    if (wasHeld) this.#runners.delete(runner.taskId)
    // The command that set it back has published the request to run it.
    if (runner.hasReopened) this.#requests.notePublished(runner.taskId)
    if (runner.isCommandOnly) void this.claimSoon()
    else if (this.#state === 'running' && this.#services.journal.isHealthy) this.#claims.refill()
    this.#settlePaused(runner.task)
    if (runner.mayHaveKeptKey) this.#keyClaims.released(runner.task)
    if (wasHeld) for (const listener of this.#removalListeners) listener(runner.taskId)
    if (this.#runners.size === 0) this.#empty.resolve()
  }

  #pausesChanged(): void {
    const { pauses } = this.#options
    for (const runner of this.#runners.values()) if (!runner.isCommandOnly) runner.hold(pauses.covers(runner.task))
    void this.claimSoon()
  }

  /**
   * What it has just parked may be paused no more, and what a command has just set back may wait under a pause: the looks at all that
   * waits came too early for them.
   */
  #settlePaused(task: TaskRecord): void {
    const { pauses } = this.#options
    if (task.state !== 'pending' || task.pausedAt !== null) return
    if ((task.parked === 'paused') !== pauses.covers(task)) pauses.settleSoon()
  }

  /** Resolves when a claim that began after the wake-up has returned: one under way may have begun before its task was there. */
  async #wakeUp(): Promise<void> {
    if (this.room <= 0) {
      this.#claims.noteBacklog()
      return void (await sleep(fullPauseMs, undefined, { ref: false }))
    }
    await this.claimSoon()
  }

  /** After a while in which others took it for dead: what they have taken over is dropped now. */
  #returned(): void {
    this.#services.log.warn('others took this worker for dead; what they have taken over of it is dropped')
    this.#rounds
      .compare()
      .catch((err) => this.#services.log.debug({ err }, 'comparing what it owns failed; it is tried again'))
  }

  async #drain(): Promise<boolean> {
    if (this.#runners.size === 0) return this.#services.journal.isHealthy
    this.#empty = Promise.withResolvers<void>()
    // Then others do not leave to this worker what it will not take.
    this.#heartbeat.serve(undefined).catch((err) => this.#services.log.debug({ err }, 'its end could not be told'))
    return drainRunners(this.#services, this.#runners, this.#empty.promise)
  }
}
