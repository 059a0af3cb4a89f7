import type { ChangeRecord } from './changes.js'
import type { Page, PageOf } from './page.js'
import type { Schedule } from './schedule.js'

/** What a schedule is: changed by people and programs. */
export type ScheduleDefinition = Pick<
  Schedule,
  | 'description'
  | 'cron'
  | 'timeZone'
  | 'everyMs'
  | 'task'
  | 'request'
  | 'catchUp'
  | 'catchUpLimit'
  | 'overlap'
  | 'origin'
> & {
  /** Times of `everyMs` are counted from here. */
  readonly anchorAt: string
}

/** How far a schedule is: changed by the workers. */
export type ScheduleProgress = Pick<
  Schedule,
  'lastAt' | 'lastOutcome' | 'lastTaskId' | 'waitingAt' | 'missedAt' | 'created' | 'skipped' | 'error'
> & {
  /** Its latest tasks that had not ended when they were looked at last. */
  readonly openTaskIds: readonly string[]
}

/** A row of `schedules`. */
export interface StoredSchedule {
  readonly id: string
  readonly name: string
  /** Grows with every change: whoever writes what was made of an older one is refused. */
  readonly revision: number
  readonly definition: ScheduleDefinition
  readonly progress: ScheduleProgress
  readonly nextAt: string | null
  readonly pausedAt: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** Which schedules are looked for. */
export interface DueQuery {
  /** The Clock's time, as ISO 8601. */
  readonly now: string
  readonly limit: number
  /** Name of the last one that was found before. */
  readonly after?: string
}

export interface ScheduleGlance {
  /** Whether a schedule is due, or a time of one waits. */
  readonly isAnyDue: boolean
  /** When the next time is that has not come yet; null if there is none. */
  readonly nextAt: string | null
}

/** Where schedules are kept. */
export interface ScheduleStore {
  /** False if there is one of that name. */
  addSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean>
  getSchedule(name: string): Promise<StoredSchedule | undefined>
  listSchedules(page?: Page): Promise<PageOf<StoredSchedule>>
  /** Names of schedules that a configuration has declared, other than these. */
  undeclaredSchedules(declared: readonly string[]): Promise<readonly string[]>
  /** Writes a schedule that was changed, with the change; false if it is not of this revision any more. */
  changeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean>
  /** False if it is not of this revision any more. */
  removeSchedule(schedule: StoredSchedule, change: ChangeRecord): Promise<boolean>
  /** Schedules that are due, or of which a time waits, in order of their names. */
  dueSchedules(query: DueQuery): Promise<readonly StoredSchedule[]>
  /** Takes those of these that are as they were found and that nobody who lives has taken. */
  takeSchedules(found: readonly StoredSchedule[], workerId: string): Promise<readonly StoredSchedule[]>
  /** Writes how far a claimed schedule is, and lets go of it; false if somebody has changed it meanwhile. */
  settleSchedule(schedule: StoredSchedule, workerId: string): Promise<boolean>
  /** What there is to do, by one look that mostly finds nothing. */
  glanceAtSchedules(now: string): Promise<ScheduleGlance>
  /** What live workers run, each as `namespace.name@version`. */
  liveKinds(): Promise<readonly string[]>
}
