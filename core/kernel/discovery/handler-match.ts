import semver from 'semver'
import type { TaskDefinition } from '../../contracts/task-definition.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import { type HandlerName, parseHandlerName } from '../../registry/handler-name.js'

/** Whether a task is what a written name stands for: `payments.refund`, `payments/refund@^2`. A text of another form is nobody's name. */
export function satisfiesName(
  { namespace, name, version }: Pick<TaskDefinition, 'namespace' | 'name' | 'version'>,
  text: string,
): boolean {
  const wanted = parsed(text)
  if (wanted === undefined || wanted.namespace !== namespace || wanted.name !== name) return false
  return wanted.version === undefined || semver.satisfies(version, wanted.version, { includePrerelease: true })
}

function parsed(text: string): HandlerName | undefined {
  try {
    return parseHandlerName(text)
  } catch (error) {
    if (isTaskerError(error)) return undefined
    throw error
  }
}
