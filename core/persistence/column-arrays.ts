import { UnserializableWriteError } from '../errors/persistence-errors.js'
import type { Column } from './table-columns.js'

/** What can stand neither in JSON text nor in the text of an array of plain values. */
const BETWEEN_VALUES = '\u001e'
const NO_VALUE = '\u001d'

/**
 * Columns of rows as arrays, one parameter for each column: PostgreSQL takes apart an array of a type in half of the time
 * that it needs for the same rows as one JSON document. Values that are JSON themselves come as one text with separators that JSON
 * cannot contain, because quoting them within an array would double their quotes.
 */
export interface ColumnArray {
  /** Type of the parameter. */
  readonly parameterType: string
  /** The parameter as an array, for `unnest`. */
  readonly asArray: (parameter: string) => string
  /** One element of it as the column's value. */
  readonly asValue: (element: string) => string
  /** The text of the parameter; null where no row has a value. */
  readonly encode: (values: readonly unknown[]) => string | null
}

/** How a column of this type travels. */
export function columnArray({ type }: Column): ColumnArray {
  const plainType = type.replace(/\(\d+\)$/, '')
  switch (plainType) {
    case 'json':
    case 'jsonb':
      return {
        parameterType: 'text',
        asArray: (parameter) => `string_to_array(${parameter}, U&'\\001E', U&'\\001D')`,
        asValue: (element) => `${element}::${plainType}`,
        encode: (values) => (isEmpty(values) ? null : values.map(jsonText).join(BETWEEN_VALUES)),
      }
    case 'text[]':
      return {
        parameterType: 'text[]',
        asArray: (parameter) => parameter,
        asValue: (element) => `${element}::text[]`,
        encode: (values) => arrayText(values, (value) => quoted(textArray(value as readonly string[]))),
      }
    case 'text':
      return plainArray('text[]', (value) => quoted(value as string))
    default:
      return plainArray(`${plainType}[]`, String)
  }
}

function plainArray(parameterType: string, write: (value: unknown) => string): ColumnArray {
  return {
    parameterType,
    asArray: (parameter) => parameter,
    asValue: (element) => element,
    encode: (values) => arrayText(values, write),
  }
}

function arrayText(values: readonly unknown[], write: (value: unknown) => string): string | null {
  if (isEmpty(values)) return null
  const texts = values.map((value) => (value === null || value === undefined ? 'NULL' : write(value)))
  return `{${texts.join(',')}}`
}

function isEmpty(values: readonly unknown[]): boolean {
  return values.every((value) => value === null || value === undefined)
}

/** What an array may hold without quotes: most values, and then no new text is made of them. */
const bare = /^(?!null$)[\w.:@/-]+$/i

function quoted(text: string): string {
  if (bare.test(text)) return text
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}

const emptyList = '{}'
/** Texts of lists that definitions share, such as what a step depends on. */
const remembered = new WeakMap<readonly string[], string>()

function textArray(list: readonly string[]): string {
  if (list.length === 0) return emptyList
  let text = remembered.get(list)
  if (text === undefined) {
    text = `{${list.map(quoted).join(',')}}`
    remembered.set(list, text)
  }
  return text
}

/** JSON text that PostgreSQL can read. @throws UnserializableWriteError */
export function jsonText(value: unknown): string {
  if (value === null || value === undefined) return NO_VALUE
  let text: string
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new UnserializableWriteError(error)
  }
  // The type json takes what jsonb and text refuse: it would be found out when somebody reads it.
  if (text.includes('\\u') && /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(text)) {
    throw new UnserializableWriteError(new Error('a text has a NUL character or half of a surrogate pair'))
  }
  return text
}
