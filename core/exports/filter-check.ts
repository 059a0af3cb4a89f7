import type { ExportFilters } from '../contracts/exporter.js'
import { InvalidExportFilterError } from '../errors/export-errors.js'
import { lifecycleStates } from '../events/event-vocabularies.js'
import type { RecordSource } from './record-source.js'

/**
 * The filters of an export, without those that are undefined.
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
  return Object.fromEntries(given)
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
    default:
      return typeof value === 'string' ? undefined : `it is of type ${typeof value}, not text`
  }
}

function isMoment(value: unknown): boolean {
  return (value instanceof Date || typeof value === 'string') && !Number.isNaN(new Date(value).getTime())
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
