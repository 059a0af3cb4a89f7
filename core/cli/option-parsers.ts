import { InvalidArgumentError, UnknownChoiceError } from '../errors/cli-errors.js'
import { stepStates, type TaskState, taskStates } from '../workflow/state-machines.js'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const durationForm = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/

/** `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number is milliseconds. */
export function parseDuration(argument: string, text: string): number {
  const ms = durationOf(text)
  if (ms !== undefined && ms >= 1) return ms
  throw new InvalidArgumentError(argument, 'it is not a duration', {
    expected: 'a number with a unit, such as 500ms, 30s, 5m, 2h or 1d',
    received: JSON.stringify(text),
  })
}

function durationOf(text: string): number | undefined {
  const match = durationForm.exec(text.trim())
  return match === null ? undefined : Math.round(Number(match[1]) * units[match[2] ?? 'ms']!)
}

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** `500kB`, `100MB`, `1GB`, `64MiB`; a bare number is bytes. */
export function parseBytes(argument: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|KiB|MiB|GiB)?$/.exec(text.trim())
  const bytes = match === null ? 0 : Math.round(Number(match[1]) * byteUnits[match[2] ?? 'B']!)
  if (bytes >= 1) return bytes
  throw new InvalidArgumentError(argument, 'it is not a size', {
    expected: 'a number with a unit, such as 500kB, 100MB, 1GB or 64MiB',
    received: JSON.stringify(text),
  })
}

/** A moment as ISO 8601: `2026-03-01`, `2026-03-01T10:00:00Z`, or how long ago: `30m`, `2h`, `7d`. */
export function parseMoment(argument: string, text: string, now: number = Date.now()): string {
  const ago = /[a-z]$/.test(text.trim()) ? durationOf(text) : undefined
  const moment = new Date(ago === undefined ? text : now - ago)
  if (!Number.isNaN(moment.getTime()) && (ago !== undefined || /^\d{4}-/.test(text))) return moment.toISOString()
  throw new InvalidArgumentError(argument, 'it is not a moment', {
    expected: 'a date such as 2026-03-01 or 2026-03-01T10:00:00Z, or how long ago, such as 30m, 2h or 7d',
    received: JSON.stringify(text),
  })
}

/** A whole number, at least `minimum`. */
export function parseInteger(argument: string, text: string, minimum = Number.MIN_SAFE_INTEGER): number {
  const number = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number) && number >= minimum) return number
  throw new InvalidArgumentError(argument, 'it is not a number that can be used', {
    expected: minimum === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number from ${minimum}`,
    received: JSON.stringify(text),
  })
}

/** Entries separated by commas, of an option that may be given several times. */
export function collectList(text: string, before: readonly string[] = []): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  return [...before, ...entries]
}

/** A list of states, or one. */
export function parseStates(argument: string, text: string, before: readonly TaskState[] = []): readonly TaskState[] {
  return [...before, ...collectList(text).map((state) => parseChoice(argument, state, [...taskStates, ...stepStates]))]
}

/** One of a few words. */
export function parseChoice<C extends string>(argument: string, text: string, choices: readonly C[]): C {
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  throw new UnknownChoiceError(argument, text, [...new Set(choices)])
}

/** `key=value`, of an option that may be given several times; the value is JSON where it can be read as such, else text. */
export function collectKeyValue(
  argument: string,
  text: string,
  before: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const at = text.indexOf('=')
  if (at <= 0) {
    throw new InvalidArgumentError(argument, 'it does not say which value is for which key', {
      expected: 'key=value, such as indent=2',
      received: JSON.stringify(text),
    })
  }
  return { ...before, [text.slice(0, at)]: jsonOrText(text.slice(at + 1)) }
}

/** JSON where it can be read as such, else the text itself. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
