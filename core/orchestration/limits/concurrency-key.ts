import { createHash } from 'node:crypto'
import type { RequestFunction, TaskDefinition } from '../../contracts/task-definition.js'
import type { TaskRequest } from '../../contracts/task-request.js'
import { ConcurrencyKeyFailedError } from '../../errors/request-errors.js'
import { fullNameOf } from '../lifecycle-publisher.js'

/** It stands in an index of the database. */
export const longestKey = 500

/**
 * The key that a new task shares its limit by: what the request names, else what the definition takes from the context, or makes.
 *
 * @throws ConcurrencyKeyFailedError
 */
export function concurrencyKeyOf(
  definition: TaskDefinition,
  request: TaskRequest,
  context: unknown,
): string | undefined {
  const from = definition.concurrencyKey?.from
  if (request.concurrencyKey !== undefined || from === undefined) return request.concurrencyKey
  const value = typeof from === 'string' ? valueAt(from, context) : madeKey(definition, from, request, context)
  // Where the context leaves it out, there is nothing to share.
  if (value === undefined || value === null || value === '') return undefined
  const key = typeof value === 'string' ? value : JSON.stringify(value)
  return key.length <= longestKey ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** @param path begins with `context.` */
function valueAt(path: string, context: unknown): unknown {
  let value = context
  for (const part of path.split('.').slice(1)) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined
  }
  return value
}

/** PostgreSQL holds no NUL characters, JSON no lone surrogates. */
function isStorable(key: string): boolean {
  return !key.includes('\0') && key.isWellFormed()
}

function madeKey(definition: TaskDefinition, from: RequestFunction, request: TaskRequest, context: unknown): unknown {
  const { namespace: _namespace, name: _name, version: _version, ...options } = request
  let made: unknown
  try {
    made = from({ context: context as never, request: options })
  } catch (cause) {
    throw new ConcurrencyKeyFailedError(fullNameOf(definition), { cause })
  }
  if (made === undefined || (typeof made === 'string' && made !== '' && isStorable(made))) return made
  throw new ConcurrencyKeyFailedError(fullNameOf(definition), { received: made })
}
