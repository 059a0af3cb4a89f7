import {
  BrokenWriteError,
  DatabaseUnavailableError,
  type UnavailableReason,
  UnserializableWriteError,
} from '../errors/persistence-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'

/** Why the database does not do what it is asked, by SQLSTATE or its class: the same will work when the database is well again. */
const UNAVAILABLE: readonly (readonly [RegExp, UnavailableReason])[] = [
  // All of 08 but 08P01: a message that the server cannot read, which is how it takes a NUL in a text.
  [/^08(?!P01)/, 'connection'],
  // Shut down, crashed, starting up, dropped; 25P03 and 25P04: it ended a session that was silent in a transaction.
  [/^(57P0|25P0[34])/, 'connection'],
  // A standby, or a primary that was made read-only.
  [/^25006/, 'read_only'],
  // A full disk, no memory, too many connections; errors of its files.
  [/^(53|58)/, 'resources'],
  // A statement or a lock that took too long, or was cancelled by an administrator; an object in use.
  [/^(57014|55P03|55006)/, 'time'],
  // Conflicts that did not go away by repeating at once.
  [/^40/, 'conflict'],
  // Wrong user, password or database: changed while we run, as a failed-over or restored server may be.
  [/^(28|3D)/, 'access'],
  // Tables, columns, functions or privileges that are missing. Our statements are fixed texts: no data makes them wrong.
  [/^(42|3F|0A|25|26|34)/, 'schema'],
]

/** How the driver's pool says that all its connections were in use for as long as somebody may wait for one. */
const POOL_IS_BUSY = 'timeout exceeded when trying to connect'

/** The SQLSTATE of an error that the server reported; undefined for errors of the connection or of programs. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseUnavailableError) return sqlStateOf(error.cause)
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * Whether a write is to blame, so that it would fail again and others would not: the database refused the data itself (classes
 * 21 and 22 data, 23 constraints, 44 check options, 54 limits of the server, 08P01 what it cannot read), or reports what nobody
 * foresaw (an internal error, say). That may be of the data as well: what is halved until it stands alone neither stops the others
 * for ever nor is lost without a word.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof BrokenWriteError || error instanceof UnserializableWriteError) return true
  return !isTaskerError(error) && sqlStateOf(error) !== undefined && unavailability(error) === undefined
}

/** Whether a refusal is one that nobody foresaw: it may have passed when the same write is tried again, alone. */
export function isUnforeseen(error: unknown): boolean {
  return isRefusal(error) && !/^(21|22|23|44|54|08|TK)/.test(sqlStateOf(error) ?? '22')
}

/** Whether the same transaction would go through if it were run again at once: deadlocks and serialization failures. */
export function isWorthRepeating(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === '40001' || state === '40P01'
}

/** Whether the server would not write, and others of the same address may: connections to it are to be made anew. */
export function isReadOnly(error: unknown): boolean {
  return sqlStateOf(error) === '25006'
}

/** Turns an error of a query into {@link DatabaseUnavailableError} where the connection or the server is at fault. */
export function explainFailure(error: unknown): unknown {
  const reason = unavailability(error)
  return reason === undefined ? error : new DatabaseUnavailableError(error, reason)
}

function unavailability(error: unknown): UnavailableReason | undefined {
  if (isTaskerError(error)) return undefined
  const state = sqlStateOf(error)
  if (state !== undefined) return UNAVAILABLE.find(([pattern]) => pattern.test(state))?.[1]
  if (!isOfConnection(error)) return undefined
  return error.message.startsWith(POOL_IS_BUSY) ? 'pool' : 'connection'
}

/**
 * The driver throws plain Errors, and the system's errors have a code; a TypeError, a RangeError ("Invalid string length") or
 * an error of the ORM is of a program, and waiting would not help.
 */
function isOfConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const isOfProgram = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
  if (isOfProgram) return false
  return error.constructor === Error || ('code' in error && typeof error.code === 'string')
}
