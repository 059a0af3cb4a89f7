import { type DefinedTask, TASK_BRAND } from '../../contracts/task-definition.js'
import { definitionHash } from '../../definition/definition-hash.js'
import { DEFAULT_NAMESPACE } from '../../registry/handler-name.js'

/** The task in the namespace of its folder, unless it names one itself. */
export function inNamespace(task: DefinedTask, namespace: string | undefined): DefinedTask {
  const { definition } = task
  if (namespace === undefined || definition.namespace !== DEFAULT_NAMESPACE) return task
  const moved = { ...definition, namespace }
  return { [TASK_BRAND]: true, definition: Object.freeze({ ...moved, hash: definitionHash(moved) }) }
}
