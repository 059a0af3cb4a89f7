import { InvalidDurationError } from '../errors/testing-errors.js'

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration as tests write it: milliseconds, or `250ms`, `30s`, `5m`, `1h`, `2d`, `1h 30m`. */
export type Duration = number | string

/**
 * The milliseconds of a duration.
 *
 * @throws InvalidDurationError
 */
export function parseDuration(duration: Duration): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration
    throw new InvalidDurationError(duration)
  }
  const text = duration.trim()
  if (!/^(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(text)) throw new InvalidDurationError(duration)
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g))
    total += Number(amount) * unitsMs[unit!]!
  return total
}
