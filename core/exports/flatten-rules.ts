import type { FlattenRules } from '../contracts/exporter.js'
import { InvalidExportRequestError } from '../errors/export-errors.js'

/** Flattening rules with their defaults; `columns` undefined: all. */
export interface CheckedFlattening {
  readonly columns: readonly string[] | undefined
  readonly depth: number
  readonly separator: string
  readonly sample: number
}

const defaultSample = 1000
const mostSampled = 100_000

/**
 * The rules of a request, checked; undefined where nothing is flattened.
 *
 * @throws InvalidExportRequestError
 */
export function checkFlattening(
  given: boolean | FlattenRules | undefined,
  columns: readonly string[],
): CheckedFlattening | undefined {
  if (given === undefined || given === false) return undefined
  const rules = given === true ? {} : given
  if (typeof rules !== 'object' || rules === null) throw refusal('flatten', 'true or an object of rules', given)
  const { depth = Number.POSITIVE_INFINITY, separator = '.', sample = defaultSample } = rules
  if (!(depth === Number.POSITIVE_INFINITY || isCount(depth)))
    throw refusal('flatten.depth', 'a whole number from 1', depth)
  if (typeof separator !== 'string' || separator === '') throw refusal('flatten.separator', 'a text', separator)
  if (!isCount(sample) || sample > mostSampled)
    throw refusal('flatten.sample', `a whole number from 1 to ${mostSampled}`, sample)
  const unknown = rules.columns?.find((column) => !columns.includes(column))
  if (unknown !== undefined) throw refusal('flatten.columns', `some of ${columns.join(', ')}`, unknown)
  return { columns: rules.columns, depth, separator, sample }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function refusal(member: string, expected: string, received: unknown) {
  return new InvalidExportRequestError(member, { expected, received: JSON.stringify(received) })
}
