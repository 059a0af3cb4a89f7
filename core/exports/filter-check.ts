import type { ExportFilters } from '../contracts/exporter.js'
import { InvalidExportFilterError } from '../errors/export-errors.js'
import { lifecycleStates } from '../events/event-vocabularies.js'
import type { RecordSource } from './record-source.js'

const moments: readonly string[] = ['since', 'until'] satisfies (keyof ExportFilters)[]
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** A date, or a date with a time, which may have a zone. */
const isoMoment = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * The filters of an export, without those that are undefined; moments as ISO 8601 in UTC. A date alone is its midnight in UTC, a time
 * without a zone that of this process: the database, which has a zone of its own, is not asked.
 *
 * @throws InvalidExportFilterError for one that the source does not have or cannot use: a filter that is silently left out gives
 * away more than was asked for.
 */
export function checkFilters(source: RecordSource, filters: ExportFilters = {}): ExportFilters {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const problem = isFilterOf(source, name) ? problemOf(name, value) : `${source.name} do not have it`
    if (problem !== undefined) throw new InvalidExportFilterError(source.name, name, problem, source.filters)
  }
  return Object.fromEntries(given.map(([name, value]) => [name, moments.includes(name) ? inUtc(value) : value]))
}

function isFilterOf(source: RecordSource, name: string): name is keyof ExportFilters {
  return source.filters.some((filter) => filter === name)
}

function problemOf(name: keyof ExportFilters, value: unknown): string | undefined {
  switch (name) {
    case 'since':
    case 'until':
      return isMoment(value) ? undefined : `${JSON.stringify(value)} is neither a Date nor a date as ISO 8601`
    case 'names':
      return isTextList(value) ? undefined : 'it is not a list of names'
    case 'state':
    case 'stepState':
      return stateProblem(Array.isArray(value) ? value : [value])
    case 'taskId':
      return typeof value === 'string' && uuid.test(value) ? undefined : `${JSON.stringify(value)} is no id of a task`
    default:
      return typeof value === 'string' ? undefined : `it is of type ${typeof value}, not text`
  }
}

function isMoment(value: unknown): value is Date | string {
  if (!(value instanceof Date) && !(typeof value === 'string' && isoMoment.test(value) && isDay(value))) return false
  return !Number.isNaN(new Date(value).getTime())
}

/** V8 takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10)
  const parsed = new Date(day)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day)
}

function inUtc(value: Date | string): string {
  return new Date(value).toISOString()
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')
}

function stateProblem(states: readonly unknown[]): string | undefined {
  const unknown = states.find((state) => !lifecycleStates.some((known) => known === state))
  return unknown === undefined
    ? undefined
    : `"${String(unknown)}" is not a state, which are ${lifecycleStates.join(', ')}`
}
