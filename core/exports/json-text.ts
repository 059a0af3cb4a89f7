/**
 * JSON text of a value, without losing a `bigint`: a number where a double holds it exactly, else a string of its digits.
 * Dates become ISO 8601, as always in JSON.
 *
 * @param indent spaces per level; 0 for one line
 * @example
 * toJsonText({ id: 9007199254740993n }) // '{"id":"9007199254740993"}'
 */
export function toJsonText(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent) ?? 'null'
  } catch (error) {
    // A replacer makes JSON.stringify three times slower: only what it refuses without one is written with one.
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, bigintsAsDigits, indent) ?? 'null'
  }
}

function bigintsAsDigits(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
