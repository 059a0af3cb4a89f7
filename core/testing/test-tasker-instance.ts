import { setTimeout as sleep } from 'node:timers/promises'
import type { EventBus } from '../bus/event-bus.js'
import { type DefinedTask, isDefinedTask } from '../contracts/task-definition.js'
import type { TaskRecord } from '../contracts/task-record.js'
import type { TaskRequest } from '../contracts/task-request.js'
import type { ContextOf, TaskReference } from '../contracts/tasks-api.js'
import { TaskNotFoundError } from '../errors/task-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { ClockNotVirtualError, TestRunTimeoutError, WorkerLostError } from '../errors/testing-errors.js'
import type { Tasker, TaskerState } from '../kernel/tasker.js'
import { isOver } from '../workflow/state-machines.js'
import type { TaskView } from '../workflow/task-record.js'
import { DelegatingTasker } from './delegating-tasker.js'
import type { Faults } from './faults.js'
import { type Duration, parseDuration } from './parse-duration.js'
import type { RecordedEvents } from './recorded-events.js'
import { TestKernel, type TestKernelInput } from './test-kernel.js'
import { type TestRun, type TestRunOptions, toTestRun } from './test-run.js'
import type { TestClock, TestTasker } from './test-tasker.js'
import { type DrivenKernel, TimeDriver } from './time-driver.js'
import { VirtualClock } from './virtual-clock.js'

/** What a test itself may have brought about. */
const passingCodes: readonly string[] = ['WORKER_LOST', 'DATABASE_CLOSED', 'DATABASE_UNAVAILABLE']
const defaultGiveUpAfterMs = 10_000
/** How long subscribers may still work after a run, in milliseconds of real time; one that hangs must not hold a test up. */
const subscriberPatienceMs = 200
/** While a kernel stops that does not come to an end by itself, this much virtual time passes in a second. */
const stoppingSpeed = 200

export interface TestTaskerInput extends TestKernelInput {
  readonly seed: number
  readonly handlerPatienceMs: number
  /** Takes away what the test brought to the database. */
  cleanUp(): Promise<void>
}

/** The {@link TestTasker}: one kernel after the other on one database, and the clock that drives them. */
export class TestTaskerInstance extends DelegatingTasker implements TestTasker {
  readonly clock: TestClock
  readonly #input: TestTaskerInput
  readonly #driver: TimeDriver | undefined
  #kernel: TestKernel
  #restarting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  /** Calls of durable subscribers that there had been when one of them was waited for in vain. */
  #callsOfHanging = -1

  constructor(input: TestTaskerInput, kernel: TestKernel) {
    super()
    this.#input = input
    this.#kernel = kernel
    const { clock, handlerPatienceMs } = input
    this.#driver =
      clock instanceof VirtualClock ? new TimeDriver(clock, () => this.#driven(), handlerPatienceMs) : undefined
    this.clock = { now: () => clock.now(), advance: (duration) => this.#advance(duration) }
  }

  get seed(): number {
    return this.#input.seed
  }

  get faults(): Faults {
    return this.#input.faults
  }

  get events(): EventBus & RecordedEvents {
    const { recorder } = this.#input
    const { bus } = this.#kernel
    if ('names' in bus) return bus as EventBus & RecordedEvents
    return Object.assign(bus, recorder.view())
  }

  override get state(): TaskerState {
    return this.#kernel.isLost ? 'stopped' : this.#kernel.tasker.state
  }

  protected override get current(): Tasker {
    if (this.#kernel.isLost) throw new WorkerLostError()
    return this.#kernel.tasker
  }

  async run<T extends DefinedTask>(
    task: T | TaskRequest,
    context?: ContextOf<T>,
    { giveUpAfterMs = defaultGiveUpAfterMs, ...options }: TestRunOptions = {},
  ): Promise<TestRun<T>> {
    const created = isDefinedTask(task)
      ? await this.tasks.create(task, { ...options, ...(context === undefined ? {} : { context }) })
      : await this.tasks.create(task)
    return this.#finish(created.id, giveUpAfterMs)
  }

  async finish(
    task: TaskReference,
    { giveUpAfterMs = defaultGiveUpAfterMs }: Pick<TestRunOptions, 'giveUpAfterMs'> = {},
  ): Promise<TestRun> {
    const id = typeof task === 'string' ? task : task.id
    if ((await this.#look(id)) === undefined) throw new TaskNotFoundError(id)
    return this.#finish(id, giveUpAfterMs)
  }

  /** Waits until subscribers have handled what there is; not longer than this, in milliseconds of real time. */
  subscribersIdle(patienceMs: number): Promise<void> {
    return this.#subscribersIdle(patienceMs)
  }

  /** Has the worker look for work as often as a wake-up that nobody asked for would. */
  wake(times: number): void {
    for (let time = 0; time < times; time++) void this.#kernel.parts.worker.claimSoon()
  }

  async query<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.#kernel.isLost) throw new WorkerLostError()
    return this.#kernel.parts.storage.database.query<Row>(sql, values)
  }

  crash(): Promise<void> {
    return this.#kernel.kill()
  }

  crashed(): Promise<void> {
    return this.#kernel.lost
  }

  restart({ drain = false }: { readonly drain?: boolean } = {}): Promise<void> {
    this.#restarting ??= this.#restart(drain).finally(() => {
      this.#restarting = undefined
    })
    return this.#restarting
  }

  start(): Promise<void> {
    return this.current.start()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #restart(drain: boolean): Promise<void> {
    if (drain) await this.#drain()
    await this.#kernel.kill()
    this.#kernel = await TestKernel.boot(this.#input)
  }

  async #stop(): Promise<void> {
    try {
      await this.#drain()
    } finally {
      await this.#input.cleanUp()
    }
  }

  /** Stops the kernel that is current, or what is left of it. */
  async #drain(): Promise<void> {
    const flow = this.#input.clock instanceof VirtualClock ? letTimeFlow(this.#input.clock, this.#drainMs) : undefined
    try {
      if (this.#kernel.isLost) await this.#kernel.kill()
      else await this.#kernel.tasker.stop()
    } finally {
      flow?.end()
    }
  }

  async #finish<T>(taskId: string, giveUpAfterMs: number): Promise<TestRun<T>> {
    const deadline = performance.now() + giveUpAfterMs
    while (true) {
      await this.#runToEnd(taskId, deadline, giveUpAfterMs)
      if (this.#kernel.isLost || this.#restarting !== undefined) await this.restart()
      await this.#subscribersIdle()
      const task = (await this.#look(taskId))!
      if (isAtRest(task)) return toTestRun(task, this.#input.recorder.view(taskId))
    }
  }

  /** Reads a task, with a new worker if the one that was asked has been lost. */
  async #look(taskId: string): Promise<TaskView | undefined> {
    const deadline = performance.now() + defaultGiveUpAfterMs
    while (true) {
      if (this.#kernel.isLost || this.#restarting !== undefined) await this.restart()
      try {
        return await this.tasks.get(taskId)
      } catch (error) {
        if (!this.#isGone(error) || performance.now() > deadline) throw error
        await sleep(5)
      }
    }
  }

  get #drainMs(): number {
    return this.#input.config.values.execution.drainTimeoutMs
  }

  async #advance(duration: Duration): Promise<void> {
    const ms = parseDuration(duration)
    if (this.#driver === undefined) throw new ClockNotVirtualError()
    await this.#driver.advance(ms)
  }

  async #runToEnd(id: string, deadline: number, giveUpAfterMs: number): Promise<void> {
    const hasEnded = () => this.#hasEnded(id)
    while (true) {
      if (this.#kernel.isLost || this.#restarting !== undefined) await this.restart()
      if (this.#driver === undefined) {
        if (await hasEnded()) return
        await sleep(5)
      } else if (!(await this.#driver.moveUnless(hasEnded))) return
      if (performance.now() > deadline) await this.#giveUp(id, giveUpAfterMs)
    }
  }

  async #hasEnded(taskId: string): Promise<boolean> {
    if (this.#kernel.isLost || this.#restarting !== undefined) return false
    // What was told need not be read, the less so as whoever asked reads all of it then.
    if (this.#kernel.takeEnd(taskId)) return true
    try {
      return isAtRest((await this.#kernel.parts.storage.store.getTaskRecord(taskId))!)
    } catch (error) {
      if (this.#isGone(error)) return false
      throw error
    }
  }

  /** What a kernel answers that was lost, or stopped to be restarted, or has lost its connections, meanwhile. */
  #isGone(error: unknown): boolean {
    return isTaskerError(error) && this.#stopping === undefined && passingCodes.includes(error.code)
  }

  async #giveUp(taskId: string, giveUpAfterMs: number): Promise<void> {
    if (await this.#hasEnded(taskId)) return
    const task = (await this.#look(taskId))!
    const running = task.steps.filter(({ state }) => state === 'in_progress').map(({ name }) => name)
    throw new TestRunTimeoutError(`${task.namespace}.${task.name}@${task.version}`, task.state, running, giveUpAfterMs)
  }

  #driven(): DrivenKernel | undefined {
    const kernel = this.#kernel
    if (kernel.isLost || kernel.tasker.state !== 'running') return undefined
    const { worker, scheduleRunner, storage } = kernel.parts
    return {
      isQuiet: worker.isQuiet && scheduleRunner.isIdle,
      isBooking: worker.isBooking || !scheduleRunner.isIdle,
      waitsForTime: worker.holdsLimited,
      startsSoon: worker.startsSoon || kernel.delayed.areWaiting,
      isDelayed: kernel.delayed.areAllWaiting,
      activity: this.#input.recorder.heard,
      claimSoon: () => void worker.claimSoon(),
      lookAtChildren: () => worker.lookAtChildren().catch(() => undefined),
      nextDueAt: async () => {
        const dueAt = await storage.store.nextDueAt(worker.id).catch(() => undefined)
        return dueAt === undefined ? undefined : Date.parse(dueAt)
      },
      retriesDone: () => this.#retriesDone(),
      subscribersIdle: () => this.#subscribersIdle(),
    }
  }

  /** Plain ones have handled what was published, durable ones what is in the log. */
  async #subscribersIdle(patienceMs = subscriberPatienceMs): Promise<void> {
    const { bus, parts } = this.#kernel
    const late = new AbortController()
    const delivered = parts.subscriptionRunner.delivered(performance.now() + patienceMs).catch(() => undefined)
    const idle = Promise.all([bus.drain(), delivered]).then(() => late.abort())
    await Promise.race([idle, sleep(patienceMs, undefined, { signal: late.signal }).catch(() => undefined)])
  }

  /** Durable subscribers have tried again what was due. One that hangs is waited for once, and not at each time that the clock comes by. */
  async #retriesDone(): Promise<void> {
    const { subscriptionRunner } = this.#kernel.parts
    const deadline = performance.now() + this.#input.handlerPatienceMs
    while (subscriptionRunner.isBusy && subscriptionRunner.calls !== this.#callsOfHanging) {
      if (performance.now() > deadline) this.#callsOfHanging = subscriptionRunner.calls
      else await sleep(1)
    }
  }
}

/** Lets virtual time pass by itself after a while of real time: a drain that waits for a time-out must come to an end. */
function letTimeFlow(clock: VirtualClock, afterMs: number): { end(): void } {
  const intervalMs = 5
  let interval: NodeJS.Timeout | undefined
  const start = setTimeout(() => {
    interval = setInterval(() => clock.moveTo(clock.now() + intervalMs * stoppingSpeed), intervalMs)
  }, afterMs)
  return {
    end: () => {
      clearTimeout(start)
      clearInterval(interval)
    },
  }
}

/** Parked counts: what such a task waits for is not time, unless it is held by a limit. What waits for its child goes on by itself. */
function isAtRest({ state, parked }: Pick<TaskRecord, 'state' | 'parked'>): boolean {
  return isOver({ state }) || (parked !== null && parked !== 'waiting_for_child' && parked !== 'limit')
}
