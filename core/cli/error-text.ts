import { inspect } from 'node:util'
import { isTaskerError } from '../errors/tasker-error.js'
import type { Paint } from './paint.js'

/**
 * What a command threw, for people: one message; with `verbose` also its code, details, stack and causes.
 *
 * @example
 * error: There is no task 4711. List the tasks with `tasker tasks list`.
 */
export function errorText(
  error: unknown,
  { verbose, paint }: { readonly verbose: boolean; readonly paint: Paint },
): string {
  const message = error instanceof Error ? error.message : String(error)
  // A message is sentences with a space between, also where the one before ends in a list of lines.
  const head = `${paint('red', 'error:')} ${message.trimEnd().replace(/\n (?! )/g, '\n')}`
  if (verbose) return `${head}\n\n${detailsOf(error)}`
  // Without a code it is nothing that Tasker foresaw, so its place is worth asking for.
  return isTaskerError(error) ? head : `${head}\nRun the command with --verbose to see where it comes from.`
}

function detailsOf(error: unknown): string {
  if (!isTaskerError(error)) return inspect(error)
  const details = inspect(error.details, { depth: 6 })
  const cause = error.cause === undefined ? '' : `\ncause: ${inspect(error.cause)}`
  return `code: ${error.code}\ndetails: ${details}\n${error.stack ?? ''}${cause}`
}
