/** One state or several, as a list. */
export function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

/** A time as ISO 8601. */
export function toTime(time: Date | string): string {
  return typeof time === 'string' ? time : time.toISOString()
}
