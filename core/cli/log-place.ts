import type { LogPlace } from '../contracts/subscription.js'
import { parsePosition } from '../workflow/log-position.js'
import { parseMoment } from './option-parsers.js'

/** A place of the log as it is given on the command line: `beginning`, `now`, a position, a moment, or how long ago. */
export function parseLogPlace(argument: string, text: string): LogPlace {
  if (text === 'beginning' || text === 'now' || parsePosition(text) !== undefined) return text
  return parseMoment(argument, text)
}

export const logPlaceHelp = 'a position, a moment (2026-03-01T10:00:00Z), how long ago (2h)'
