import { createHash } from 'node:crypto'
import type { TaskDefinition } from '../../contracts/task-definition.js'
import type { TaskRequest } from '../../contracts/task-request.js'

/** It stands in an index of the database. */
export const longestKey = 500

/** The key that a new task shares its limit by: what the request names, else what the definition takes from the context. */
export function concurrencyKeyOf(
  { concurrencyKey: rule }: TaskDefinition,
  request: TaskRequest,
  context: unknown,
): string | undefined {
  if (request.concurrencyKey !== undefined || rule?.from === undefined) return request.concurrencyKey
  let value: unknown = context
  for (const part of rule.from.split('.').slice(1)) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined
  }
  // Where the context leaves it out, there is nothing to share.
  if (value === undefined || value === null || value === '') return undefined
  const key = typeof value === 'string' ? value : JSON.stringify(value)
  return key.length <= longestKey ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}
