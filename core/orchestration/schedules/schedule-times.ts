import { Cron } from 'croner'

/** When a schedule is due. */
export interface ScheduleTiming {
  readonly cron: string | null
  readonly timeZone: string
  readonly everyMs: number | null
  /** Times of `everyMs` are counted from here; it is none of them. */
  readonly anchorAt: string
}

const second = 1000

/**
 * The first time after `after`, in milliseconds since 1970; undefined if there is none any more.
 *
 * Where clocks are set forward, a time of day that does not exist that day is the moment at which they are set; where they are set
 * back, a fixed time of day that exists twice counts once, the first time, and every hour or minute of a wildcard counts as often as
 * it comes. So does cron since long ago.
 */
export function nextTime(timing: ScheduleTiming, after: number): number | undefined {
  if (timing.everyMs !== null) {
    const anchor = Date.parse(timing.anchorAt)
    return anchor + Math.max(1, Math.floor((after - anchor) / timing.everyMs) + 1) * timing.everyMs
  }
  return cronOf(timing).nextRun(new Date(after))?.getTime()
}

/** The next times after `after`. */
export function nextTimes(timing: ScheduleTiming, after: number, count: number): readonly number[] {
  const times: number[] = []
  for (let time = nextTime(timing, after); time !== undefined && times.length < count; time = nextTime(timing, time))
    times.push(time)
  return times
}

/** Times that have come. */
export interface DueTimes {
  /** The latest of them, the earliest first. */
  readonly times: readonly number[]
  /** The latest one that is not among them. */
  readonly missed: number | undefined
}

/** The times from `first` to `now`, both included: at most `most` of them, the latest ones. Takes as long for a year as for a minute. */
export function dueTimes(timing: ScheduleTiming, first: number, now: number, most: number): DueTimes {
  const latest = latestTimes(timing, now, most + 1).filter((time) => time >= first)
  return { times: latest.slice(-most), missed: latest.length > most ? latest[0] : undefined }
}

/** The latest times up to `until`, which may be one of them, the earliest first. */
function latestTimes(timing: ScheduleTiming, until: number, count: number): number[] {
  if (timing.everyMs !== null) {
    const anchor = Date.parse(timing.anchorAt)
    const last = Math.floor((until - anchor) / timing.everyMs)
    const first = Math.max(1, last - count + 1)
    return Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, index) => anchor + (first + index) * timing.everyMs!,
    )
  }
  // Times before this one, which is no whole second of a time but the next.
  const before = new Date(Math.floor(until / second) * second + second)
  return cronOf(timing)
    .previousRuns(count, before)
    .map((time) => time.getTime())
    .sort((a, b) => a - b)
}

/** @throws what the library says of an expression that it cannot read */
export function cronOf({ cron, timeZone }: Pick<ScheduleTiming, 'cron' | 'timeZone'>): Cron {
  return new Cron(cron!, { timezone: timeZone, paused: true, mode: '5-or-6-parts' })
}
