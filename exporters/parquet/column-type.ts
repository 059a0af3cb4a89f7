import { toJsonText } from '../../core/index.js'
import type { ParquetType } from './parquet-options.js'

/** A type of column in the words of the package, and what makes of a value what is written. */
export interface ColumnType {
  readonly basicType: 'STRING' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP'
  /** Undefined: the value does not fit. */
  convert(value: unknown): string | bigint | number | boolean | Date | undefined
}

/** Null stays null in all of them. */
export const columnTypes: Readonly<Record<ParquetType, ColumnType>> = {
  text: { basicType: 'STRING', convert: textOf },
  json: { basicType: 'STRING', convert: (value) => toJsonText(value) },
  integer: { basicType: 'INT64', convert: integerOf },
  number: { basicType: 'DOUBLE', convert: (value) => (typeof value === 'number' ? value : undefined) },
  boolean: { basicType: 'BOOLEAN', convert: (value) => (typeof value === 'boolean' ? value : undefined) },
  time: { basicType: 'TIMESTAMP', convert: timeOf },
}

/**
 * The type that holds all of these values: text, numbers or booleans where all of them are, times where all are dates, else JSON text.
 * Whole numbers are `number`, because the next one may have a fraction. Without values it is JSON text, which holds any.
 */
export function typeOfValues(values: Iterable<unknown>): ParquetType {
  let found: ParquetType | undefined
  for (const value of values) {
    if (value === null || value === undefined) continue
    const type = typeOfValue(value)
    if (found !== undefined && found !== type) return 'json'
    found = type
  }
  return found ?? 'json'
}

function typeOfValue(value: unknown): ParquetType {
  if (value instanceof Date) return 'time'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'bigint':
      return 'integer'
    case 'boolean':
      return 'boolean'
    default:
      return 'json'
  }
}

/** What is no text is its JSON: a column of text holds anything. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value instanceof Date ? value.toISOString() : toJsonText(value)
}

function integerOf(value: unknown): bigint | undefined {
  const whole = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined
  return whole !== undefined && BigInt.asIntN(64, whole) === whole ? whole : undefined
}

function timeOf(value: unknown): Date | undefined {
  if (!(value instanceof Date) && typeof value !== 'string') return undefined
  const time = new Date(value)
  return Number.isNaN(time.getTime()) ? undefined : time
}
