import type { ScheduleOutcome } from '../../contracts/schedule.js'
import type { ScheduleProgress, StoredSchedule } from '../../contracts/schedule-store.js'
import type { Store } from '../../contracts/store.js'
import type { DefinedTask } from '../../contracts/task-definition.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import type { CommandService } from '../command-service.js'
import { isDatabaseAway } from '../database-watch.js'
import type { TaskCreator } from '../task-creator.js'
import { withTask } from './schedule-service.js'
import { dueTimes, nextTime } from './schedule-times.js'
import { createScheduledTask } from './scheduled-tasks.js'

/** A time that is dealt with later than this is one that was missed, for schedules that make up for none. */
const onTimeMs = 60_000

export interface FiringServices {
  readonly store: Store
  readonly creator: TaskCreator
  readonly commands: CommandService
}

/**
 * Deals with all times of one schedule that have come, one after the other, and gives it as it is then. Nothing of it is stored here but
 * tasks: whoever is interrupted does the same again, and finds the tasks that are there.
 */
export class ScheduleFiring {
  readonly #services: FiringServices
  readonly #defined: DefinedTask
  #schedule: StoredSchedule

  constructor(services: FiringServices, schedule: StoredSchedule, defined: DefinedTask) {
    this.#services = services
    this.#schedule = schedule
    this.#defined = defined
  }

  async run(now: number): Promise<StoredSchedule> {
    const { waitingAt } = this.#schedule.progress
    if (waitingAt !== null && (await this.#openTasks()).length === 0) {
      this.#progress({ waitingAt: null })
      await this.#create(waitingAt)
    }
    const { definition, nextAt } = this.#schedule
    if (nextAt === null || Date.parse(nextAt) > now) return this.#schedule
    const { times, missed } = this.#timesToMeet(Date.parse(nextAt), now)
    if (missed !== undefined) this.#progress({ missedAt: isoTime(missed) })
    for (const time of times) await this.#meet(isoTime(time))
    const next = nextTime(definition, now)
    return { ...this.#schedule, nextAt: next === undefined ? null : isoTime(next) }
  }

  #timesToMeet(first: number, now: number): { readonly times: readonly number[]; readonly missed: number | undefined } {
    const { catchUp, catchUpLimit } = this.#schedule.definition
    const due = dueTimes(this.#schedule.definition, first, now, catchUp === 'all' ? catchUpLimit : 1)
    const [only] = due.times
    if (catchUp !== 'none' || only === undefined || now - only <= onTimeMs) return due
    return { times: [], missed: only }
  }

  async #meet(time: string): Promise<void> {
    const { overlap } = this.#schedule.definition
    const open = overlap === 'allow' ? [] : await this.#openTasks()
    if (open.length > 0 && overlap === 'skip') return this.#pass(time, 'skipped')
    if (open.length > 0 && overlap === 'wait') return this.#wait(time)
    if (open.length > 0) await this.#cancel(open, time)
    await this.#create(time)
  }

  #wait(time: string): void {
    if (this.#schedule.progress.waitingAt === null) this.#progress({ waitingAt: time })
    else this.#pass(time, 'skipped')
  }

  #pass(time: string, lastOutcome: ScheduleOutcome): void {
    const { skipped } = this.#schedule.progress
    this.#progress({ lastAt: time, lastOutcome, ...(lastOutcome === 'skipped' ? { skipped: skipped + 1 } : {}) })
  }

  async #create(time: string): Promise<void> {
    try {
      const { id } = await createScheduledTask(this.#services.creator, this.#schedule, this.#defined, time)
      this.#schedule = { ...this.#schedule, progress: withTask(this.#schedule, id) }
      if (this.#schedule.definition.overlap === 'allow') this.#progress({ openTaskIds: [] })
      this.#progress({ error: null })
      this.#pass(time, 'created')
    } catch (error) {
      if (isPassing(error)) throw error
      const code = isTaskerError(error) ? error.code : 'UNKNOWN'
      this.#progress({ error: { code, message: (error as Error).message, at: time } })
      this.#pass(time, 'refused')
    }
  }

  /** Its tasks that are not finished; the others are forgotten. */
  async #openTasks(): Promise<readonly string[]> {
    const { openTaskIds } = this.#schedule.progress
    if (openTaskIds.length === 0) return []
    const found = await this.#services.store.taskOwnership(openTaskIds)
    const open = found.filter(({ state }) => state === 'pending' || state === 'in_progress').map(({ id }) => id)
    this.#progress({ openTaskIds: open })
    return open
  }

  async #cancel(open: readonly string[], time: string): Promise<void> {
    const { name } = this.#schedule
    const by = {
      reason: `the next task of schedule ${name} is due at ${time}`,
      actor: { id: `schedule ${name}`, kind: 'system' },
    } as const
    for (const taskId of open) {
      try {
        await this.#services.commands.send({ kind: 'task.cancel', taskId, ...by })
      } catch (error) {
        // It has ended by itself meanwhile, or was taken away, or a hook will not have it cancelled: the next one runs beside it.
        if (isPassing(error)) throw error
      }
    }
    this.#progress({ openTaskIds: [] })
  }

  #progress(changes: Partial<ScheduleProgress>): void {
    this.#schedule = { ...this.#schedule, progress: { ...this.#schedule.progress, ...changes } }
  }
}

/** Whether the same will work later, without anybody changing anything. */
function isPassing(error: unknown): boolean {
  const isOurEnd = isTaskerError(error) && ['DATABASE_CLOSED', 'WORKER_LOST', 'COMMAND_UNANSWERED'].includes(error.code)
  return isOurEnd || isDatabaseAway(error)
}

function isoTime(time: number): string {
  return new Date(time).toISOString()
}
