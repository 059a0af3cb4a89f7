import { BrokenWriteError, DatabaseUnavailableError, UnserializableWriteError } from '../errors/persistence-errors.js'

/** The SQLSTATE of an error that the server reported; undefined for errors of the connection or of programs. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * Whether the database refused the data itself, so that the same write would fail again, and others would not:
 * classes 21 and 22 (data), 23 (constraints), 44 (check options), 54 (limits of the server).
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BrokenWriteError || error instanceof UnserializableWriteError) return true
  return /^(21|22|23|44|54)/.test(sqlStateOf(error) ?? '')
}

/** Whether the same transaction would go through if it were run again: deadlocks and serialization failures. */
export function isWorthRepeating(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === '40001' || state === '40P01'
}

/** Turns an error of a query into {@link DatabaseUnavailableError} where the connection or the server is at fault. */
export function explainFailure(error: unknown): unknown {
  const state = sqlStateOf(error)
  // 08 connection exceptions (but 08P01, a message the server cannot read: a NUL in a text), 53300 too many connections, 57P01 to 57P03 shutting down, crashed, starting up
  const isUnavailable = state === undefined || /^(08(?!P01)|53300|57P0[123])/.test(state)
  return isUnavailable ? new DatabaseUnavailableError(error) : error
}
