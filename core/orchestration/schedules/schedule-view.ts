import type { Schedule } from '../../contracts/schedule.js'
import type { ScheduleProgress, StoredSchedule } from '../../contracts/schedule-store.js'

/** A schedule as people see it: member by member, because documents of the database come in an order of their own. */
export function viewOfSchedule(stored: StoredSchedule): Schedule {
  const { definition, progress } = stored
  return {
    id: stored.id,
    name: stored.name,
    description: definition.description,
    cron: definition.cron,
    timeZone: definition.timeZone,
    everyMs: definition.everyMs,
    task: definition.task,
    request: definition.request,
    catchUp: definition.catchUp,
    catchUpLimit: definition.catchUpLimit,
    overlap: definition.overlap,
    origin: definition.origin,
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    pausedAt: stored.pausedAt,
    nextAt: stored.nextAt,
    lastAt: progress.lastAt,
    lastOutcome: progress.lastOutcome,
    lastTaskId: progress.lastTaskId,
    waitingAt: progress.waitingAt,
    missedAt: progress.missedAt,
    created: progress.created,
    skipped: progress.skipped,
    error: progress.error,
  }
}

/** Of a schedule that has done nothing yet. */
export const noProgress: ScheduleProgress = {
  lastAt: null,
  lastOutcome: null,
  lastTaskId: null,
  waitingAt: null,
  missedAt: null,
  created: 0,
  skipped: 0,
  error: null,
  openTaskIds: [],
}
