/**
 * What an error says, whatever it is: anything can be thrown, also what cannot be made a text.
 *
 * @example
 * errorMessage(new Error('no licence')) // 'no licence'
 * errorMessage(Object.create(null)) // 'something without a message (object)'
 */
export function errorMessage(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return `something without a message (${typeof error})`
  }
}
