import type { Schedule } from '../contracts/schedule.js'
import type { Tasker } from '../kernel/tasker.js'
import { formatHandlerName } from '../registry/handler-name.js'
import { type TableOptions, textPairs, textTable } from './text-table.js'
import { dueText, durationText, momentText } from './time-text.js'

/** A schedule without secrets. Masked is what users put in, not the names and keys that are ours. */
export function scheduleDocument(tasker: Pick<Tasker, 'mask'>, schedule: Schedule): Schedule {
  return { ...schedule, ...tasker.mask({ request: schedule.request }) }
}

/** A list of schedules, one a line. */
export function scheduleTable(schedules: readonly Schedule[], options: TableOptions): string {
  const rows = schedules.map((schedule) => [
    schedule.name,
    timingText(schedule),
    formatHandlerName(schedule.task),
    schedule.pausedAt === null ? momentOrNone(schedule.nextAt) : 'paused',
    momentOrNone(schedule.lastAt),
    String(schedule.created),
    detailOf(schedule),
  ])
  return textTable(['NAME', 'WHEN', 'TASK', 'NEXT (UTC)', 'LAST (UTC)', 'CREATED', 'DETAIL'], rows, options)
}

/** All there is to say about a schedule. */
export function scheduleText(schedule: Schedule, options: TableOptions): string {
  const { request, nextAt, pausedAt, error, lastAt, lastOutcome, lastTaskId } = schedule
  const catchUp = schedule.catchUp === 'all' ? `all, at most ${schedule.catchUpLimit}` : schedule.catchUp
  return textPairs(
    [
      ['schedule', schedule.name],
      ['description', schedule.description ?? undefined],
      ['when', timingText(schedule)],
      ['task', formatHandlerName(schedule.task)],
      ['request', Object.keys(request).length === 0 ? undefined : JSON.stringify(request)],
      ['catch-up', catchUp],
      ['overlap', schedule.overlap],
      ['comes from', schedule.origin],
      ['paused', pausedAt === null ? undefined : `since ${momentText(pausedAt)}`],
      ['next', nextAt === null ? undefined : `${momentText(nextAt)}, ${dueText(nextAt)}`],
      ['last', lastAt === null ? undefined : `${momentText(lastAt)}, ${lastOutcome}`],
      ['last task', lastTaskId ?? undefined],
      ['waits', schedule.waitingAt === null ? undefined : `${momentText(schedule.waitingAt)}, for the task before`],
      ['missed', schedule.missedAt === null ? undefined : momentText(schedule.missedAt)],
      ['created', String(schedule.created)],
      ['skipped', schedule.skipped === 0 ? undefined : String(schedule.skipped)],
      ['error', error === null ? undefined : `${error.code} since ${momentText(error.at)}: ${error.message}`],
    ],
    options,
  )
}

function timingText({ cron, timeZone, everyMs }: Schedule): string {
  if (everyMs !== null) return `every ${durationText(everyMs)}`
  return timeZone === 'UTC' ? cron! : `${cron} ${timeZone}`
}

function detailOf({ error, waitingAt, skipped }: Schedule): string {
  if (error !== null) return `${error.code}: ${error.message}`
  if (waitingAt !== null) return `${momentText(waitingAt)} waits for the task before`
  return skipped === 0 ? '' : `${skipped} skipped`
}

function momentOrNone(moment: string | null): string {
  return moment === null ? '' : momentText(moment)
}
