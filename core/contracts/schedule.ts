import type { Actor } from './actor.js'
import type { CreatedTask } from './created-task.js'
import type { Page, PageOf } from './page.js'
import type { DefinedTask } from './task-definition.js'
import type { TaskRequestOptions } from './task-request.js'

/**
 * What becomes of times that passed while no worker ran, or none that could create the task: `none` are made up for, `latest` is the
 * last one only, `all` are, up to `catchUpLimit`.
 */
export const catchUpPolicies = ['none', 'latest', 'all'] as const
export type CatchUpPolicy = (typeof catchUpPolicies)[number]

/**
 * What becomes of a time at which a task of the same schedule is not finished: `allow` makes another one beside it, `skip` makes none,
 * `cancel_previous` cancels it first, `wait` makes one when it has ended; one time waits, further ones are skipped.
 */
export const overlapPolicies = ['allow', 'skip', 'cancel_previous', 'wait'] as const
export type OverlapPolicy = (typeof overlapPolicies)[number]

/** Which task: `version` is an exact version or a semver range, resolved at each time; none means the highest stable one. */
export interface ScheduledTask {
  readonly namespace?: string
  readonly name: string
  readonly version?: string
}

/** What a schedule says of the tasks that it creates. */
export type ScheduledRequest = Omit<TaskRequestOptions, 'runAt' | 'identity' | 'correlationId' | 'traceparent'>

/** What a schedule says besides its name. One of `cron` and `everyMs`. */
export interface ScheduleSettings {
  readonly description?: string
  /** Five fields (minute, hour, day, month, weekday), or six with seconds before them; or `@hourly`, `@daily`, `@weekly`, … */
  readonly cron?: string
  /** IANA name of the zone in which `cron` is read: `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string
  /** So many milliseconds from one time to the next, counted from the creation of the schedule; from 1000. */
  readonly everyMs?: number
  /** The task, or its name: `reports/daily@^1`. */
  readonly task: string | ScheduledTask | DefinedTask
  /** Context, tags, priority and so on of each task. */
  readonly request?: ScheduledRequest
  /** Default `latest`. */
  readonly catchUp?: CatchUpPolicy
  /** Most times that `catchUp: 'all'` makes up for, the latest ones. Default 100. */
  readonly catchUpLimit?: number
  /** Default `allow`. */
  readonly overlap?: OverlapPolicy
}

/** A new schedule. */
export interface ScheduleOptions extends ScheduleSettings {
  /** `^[a-zA-Z][\w./-]*$`, at most 128 characters. */
  readonly name: string
}

/** Who changes a schedule, and why: stands in the record of changes. */
export interface ScheduleChangeOptions {
  readonly reason?: string
  readonly actor?: Actor
}

/** What became of a time: a task was created; it was skipped, because a task before it is not finished; or its creation was refused. */
export type ScheduleOutcome = 'created' | 'skipped' | 'refused'

/** A schedule as it stands. Times are ISO 8601 in UTC. */
export interface Schedule {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly cron: string | null
  readonly timeZone: string
  readonly everyMs: number | null
  readonly task: ScheduledTask & { readonly namespace: string }
  readonly request: ScheduledRequest
  readonly catchUp: CatchUpPolicy
  readonly catchUpLimit: number
  readonly overlap: OverlapPolicy
  /** Where it comes from: the key `schedules` of the configuration, or a call or command. */
  readonly origin: 'configuration' | 'code'
  readonly createdAt: string
  readonly updatedAt: string
  /** Null: it is not paused. */
  readonly pausedAt: string | null
  /** The next time; in the past where no worker has the task. Null while it is paused. */
  readonly nextAt: string | null
  /** The last time that was dealt with, what became of it, and the task that was created last. */
  readonly lastAt: string | null
  readonly lastOutcome: ScheduleOutcome | null
  readonly lastTaskId: string | null
  /** The time that waits for the task before to end (`overlap: 'wait'`). */
  readonly waitingAt: string | null
  /** The latest time that passed without being made up for. */
  readonly missedAt: string | null
  /** How many tasks it has created, triggered ones included, and how many times it has skipped. */
  readonly created: number
  readonly skipped: number
  /** Why it creates nothing at present: no worker has the task, or its last creation was refused. */
  readonly error: ScheduleError | null
}

export interface ScheduleError {
  readonly code: string
  readonly message: string
  /** When it was seen first. */
  readonly at: string
}

/** `tasker.schedules`: what creates tasks at its times, exactly one for each, whichever workers run. */
export interface SchedulesApi {
  /**
   * Stores a new schedule; workers create its tasks from its next time on.
   *
   * @throws InvalidScheduleError naming every problem: a cron expression, a time zone
   * @throws ScheduleExistsError
   * @throws UnknownHandlerError if neither this process nor the database knows the task
   * @throws ContextInvalidError
   * @example
   * await tasker.schedules.create({
   *   name: 'nightly-report', cron: '30 2 * * *', timeZone: 'Europe/Berlin', task: 'reports/daily@^1', overlap: 'skip',
   * })
   */
  create(options: ScheduleOptions, by?: ScheduleChangeOptions): Promise<Schedule>
  /** The schedule of this name as it is; a new one if there is none. */
  findOrCreate(options: ScheduleOptions, by?: ScheduleChangeOptions): Promise<Schedule>
  get(name: string): Promise<Schedule | undefined>
  /** In order of their names. */
  list(page?: Page): Promise<PageOf<Schedule>>
  /**
   * Changes what is given. Another cron, zone or interval counts from now on.
   *
   * @throws ScheduleNotFoundError, InvalidScheduleError, UnknownHandlerError, ContextInvalidError
   */
  update(name: string, changes: Partial<ScheduleSettings>, by?: ScheduleChangeOptions): Promise<Schedule>
  /** Its times pass without tasks until it is resumed; they are not made up for. Tasks that exist go on. */
  pause(name: string, by?: ScheduleChangeOptions): Promise<Schedule>
  /** Goes on with the next time from now. */
  resume(name: string, by?: ScheduleChangeOptions): Promise<Schedule>
  /** Takes it away; false if there is none. Its tasks stay. */
  remove(name: string, by?: ScheduleChangeOptions): Promise<boolean>
  /** Creates a task of it at once, besides its times and whatever it says of overlaps, also while it is paused. */
  trigger(name: string, by?: ScheduleChangeOptions): Promise<CreatedTask>
  /** The next times of a schedule, or of one that might be created: 10 unless said otherwise, at most 1000. */
  preview(
    schedule: string | Pick<ScheduleOptions, 'cron' | 'timeZone' | 'everyMs'>,
    count?: number,
  ): Promise<readonly string[]>
}
