import type { Clock, Timer } from '../../contracts/clock.js'
import type { Logger } from '../../contracts/logger.js'
import type { ScheduledTask } from '../../contracts/schedule.js'
import type { StoredSchedule } from '../../contracts/schedule-store.js'
import type { Listening, Signals } from '../../contracts/signals.js'
import type { DefinedTask } from '../../contracts/task-definition.js'
import { ScheduleUnservedError } from '../../errors/schedule-errors.js'
import { formatHandlerName } from '../../registry/handler-name.js'
import { isOver } from '../../workflow/state-machines.js'
import { type DatabaseWatch, isDatabaseAway } from '../database-watch.js'
import { PeriodicWork } from '../periodic-work.js'
import { SoleLook } from '../sole-look.js'
import type { TaskWaits } from '../task-waits.js'
import { type FiringServices, ScheduleFiring } from './schedule-firing.js'

/** Where processes hear that schedules were changed. Those of another schema look once in vain. */
export const schedulesChannel = 'tasker:schedules'

/** How often it looks where other processes cannot tell of what they change, as on the embedded database, in milliseconds of real time. */
const untoldLookMs = 1_000

/** Schedules that are dealt with at once. */
const pageSize = 20
/** When those are looked at again that another worker has taken, in milliseconds of real time: it may be dead. */
const takenLookMs = 1_000

export interface ScheduleRunnerServices extends FiringServices {
  readonly workerId: string
  readonly clock: Clock
  readonly log: Logger
  readonly signals: Signals
  readonly waits: TaskWaits
  readonly databaseWatch: DatabaseWatch
  /** How often it looks without being told, in milliseconds of real time. */
  readonly lookIntervalMs: number
  /** The newest version that may be run here. */
  findTask(task: ScheduledTask): DefinedTask | undefined
  /** Whether one of these, each as `namespace.name@version`, is meant. */
  isServedBy(task: ScheduledTask, kinds: readonly string[]): boolean
}

/**
 * Creates the tasks of schedules whose time has come: at the time itself by a timer, when it is told of a change, and from time to time.
 * A schedule is taken by one worker at a time, as long as that lives; its progress is stored after its tasks, and a task that is there
 * already for a time is found by its identity. So each time has one task, whoever dies at what moment.
 */
export class ScheduleRunner {
  readonly #services: ScheduleRunnerServices
  readonly #periodic: PeriodicWork
  /** Tasks that times wait for, each with what ends the watch. */
  readonly #awaited = new Map<string, () => void>()
  #listening: Listening | undefined
  #timer: Timer | undefined
  #retry: NodeJS.Timeout | undefined
  readonly #look = new SoleLook(
    () => this.#lookOnce(),
    () => this.#isRunning,
  )
  #isRunning = false

  constructor(services: ScheduleRunnerServices) {
    this.#services = services
    const { lookIntervalMs, log, signals, databaseWatch } = services
    this.#periodic = new PeriodicWork(
      'looking for due schedules',
      signals.reachesOtherProcesses ? lookIntervalMs : Math.min(lookIntervalMs, untoldLookMs),
      () => this.look(),
      log,
      databaseWatch,
    )
  }

  /** Whether it creates nothing and looks for nothing at present. */
  get isIdle(): boolean {
    return this.#look.current === undefined
  }

  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const { signals } = this.#services
    this.#listening = signals.listen(
      schedulesChannel,
      () => this.lookSoon(),
      () => this.lookSoon(),
    )
    this.#periodic.start()
    this.lookSoon()
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.halt()
    await this.#periodic.stop()
    await this.#look.current?.catch(() => undefined)
  }

  /** Begins nothing more. */
  halt(): void {
    this.#isRunning = false
    this.#timer?.cancel()
    clearTimeout(this.#retry)
    this.#listening?.stop()
    this.#listening = undefined
    for (const end of this.#awaited.values()) end()
    this.#awaited.clear()
    void this.#periodic.stop()
  }

  /** Tells that schedules have changed: here, and in other processes. */
  changed(): void {
    this.#services.signals.send({ channel: schedulesChannel, payload: '' })
    this.lookSoon()
  }

  /** Looks without delay. Never throws. */
  lookSoon(): void {
    if (!this.#isRunning) return
    this.look().catch((err) => {
      if (isDatabaseAway(err))
        this.#services.log.debug({ err }, 'schedules are looked for again when the database is back')
      else this.#services.log.warn({ err }, 'looking for due schedules failed; it is tried again')
    })
  }

  /** Creates what is due. */
  look(): Promise<void> {
    return this.#look.take()
  }

  async #lookOnce(): Promise<void> {
    const { store, clock } = this.#services
    const now = new Date(clock.now()).toISOString()
    const { isAnyDue, nextAt } = await store.glanceAtSchedules(now)
    if (!isAnyDue) return this.#setTimer(nextAt)
    const failures = await this.#dealWithDue(now)
    this.#setTimer((await store.glanceAtSchedules(now)).nextAt)
    if (failures.length > 0) throw failures.find(isDatabaseAway) ?? failures[0]
  }

  /** Gives what went wrong. */
  async #dealWithDue(now: string): Promise<readonly unknown[]> {
    const { store } = this.#services
    const failures: unknown[] = []
    for (let after: string | undefined; this.#isRunning && !failures.some(isDatabaseAway); ) {
      const due = await store.dueSchedules({ now, limit: pageSize, ...(after === undefined ? {} : { after }) })
      failures.push(...(await this.#dealWithAll(due, now)))
      if (due.length < pageSize) break
      after = due.at(-1)!.name
    }
    return failures
  }

  /** Gives what went wrong: one schedule does not stop another. */
  async #dealWithAll(due: readonly StoredSchedule[], now: string): Promise<readonly unknown[]> {
    if (due.length === 0) return []
    const { store, workerId } = this.#services
    const ours = await this.#ours(due)
    const taken = ours.length === 0 ? [] : await store.takeSchedules(ours, workerId)
    if (taken.length < ours.length) this.#lookAgain()
    const results = await Promise.allSettled(taken.map((schedule) => this.#dealWith(schedule, now)))
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  }

  /** Those whose task is here, and those whose task is nowhere and that do not say so yet. */
  async #ours(due: readonly StoredSchedule[]): Promise<readonly StoredSchedule[]> {
    const { store, findTask, isServedBy } = this.#services
    const absent = new Set(due.filter(({ definition }) => findTask(definition.task) === undefined))
    if (absent.size === 0) return due
    const kinds = await store.liveKinds()
    const isToSay = (schedule: StoredSchedule) =>
      !isServedBy(schedule.definition.task, kinds) && schedule.progress.error?.code !== unservedCode
    return due.filter((schedule) => !absent.has(schedule) || isToSay(schedule))
  }

  #lookAgain(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.lookSoon(), takenLookMs)
    this.#retry.unref()
  }

  async #dealWith(schedule: StoredSchedule, now: string): Promise<void> {
    const { store, workerId, findTask, log } = this.#services
    const defined = findTask(schedule.definition.task)
    const after =
      defined === undefined
        ? unserved(schedule, now)
        : await new ScheduleFiring(this.#services, schedule, defined).run(Date.parse(now))
    const isSettled = await store.settleSchedule(after, workerId)
    // Somebody has changed it, and is sure to be looked after in the next round.
    if (!isSettled) this.#look.again()
    const { error } = after.progress
    if (error !== null && error.message !== schedule.progress.error?.message)
      log.error({ schedule: schedule.name, code: error.code }, `schedule ${schedule.name}: ${error.message}`)
    if (after.progress.waitingAt !== null) this.#await(after.progress.openTaskIds)
  }

  /** Looks again when one of the tasks has ended, wherever it runs. */
  #await(taskIds: readonly string[]): void {
    const { waits } = this.#services
    for (const taskId of taskIds) {
      if (this.#awaited.has(taskId)) continue
      const end = waits.watch(taskId, (found) => {
        if (found instanceof Error || (found !== undefined && !isOver(found))) return
        this.#awaited.delete(taskId)
        end()
        this.lookSoon()
      })
      this.#awaited.set(taskId, end)
    }
  }

  #setTimer(nextAt: string | null): void {
    const { clock } = this.#services
    this.#timer?.cancel()
    if (nextAt === null || !this.#isRunning) return
    this.#timer = clock.setTimer(() => this.lookSoon(), Date.parse(nextAt) - clock.now(), { background: true })
  }
}

const unservedCode = 'SCHEDULE_UNSERVED'

/** Its times wait for a worker that has its task, and it says so. */
function unserved(schedule: StoredSchedule, now: string): StoredSchedule {
  const { code, message } = new ScheduleUnservedError(schedule.name, formatHandlerName(schedule.definition.task))
  return { ...schedule, progress: { ...schedule.progress, error: { code, message, at: now } } }
}
