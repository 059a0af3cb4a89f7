import type { LogPlace } from '../../contracts/subscription.js'
import { type LogPoint, type SubscriptionStore, wholeEntry } from '../../contracts/subscription-store.js'
import { SubscriptionPlaceError } from '../../errors/subscription-errors.js'
import { parsePosition } from '../../workflow/log-position.js'

const forms = "a position of the log, a time (a Date, or ISO 8601), 'beginning' or 'now'"

/**
 * The point behind which events are delivered, if a place is that of the first of them.
 *
 * @throws SubscriptionPlaceError
 */
export async function pointBefore(place: LogPlace, name: string, store: SubscriptionStore): Promise<LogPoint> {
  if (place === 'beginning') return { logId: 0, index: wholeEntry }
  if (place === 'now') return { logId: await store.lastEntry(), index: wholeEntry }
  const position = typeof place === 'string' ? parsePosition(place) : undefined
  if (position !== undefined) return before(Number(position.logId), position.index)
  const time = place instanceof Date ? place.getTime() : timeOf(place)
  if (Number.isNaN(time)) {
    throw new SubscriptionPlaceError(name, {
      what: 'there is no such place in the log',
      expected: forms,
      received: JSON.stringify(place),
      wayOut: 'Positions stand on events: see `tasker events tail --json`',
    })
  }
  const entry = await store.entryAt(new Date(time).toISOString())
  return entry === undefined ? { logId: await store.lastEntry(), index: wholeEntry } : before(entry, 0)
}

function before(logId: number, index: number): LogPoint {
  return index === 0 ? { logId: logId - 1, index: wholeEntry } : { logId, index: index - 1 }
}

/** Only what is a time beyond doubt: `Date.parse` takes "7" for a month. */
function timeOf(text: unknown): number {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
}
