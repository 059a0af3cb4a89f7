import { type DefinedTask, type StepDefinition, TASK_BRAND } from '../../contracts/task-definition.js'
import { definitionHash } from '../../definition/definition-hash.js'
import { DEFAULT_NAMESPACE } from '../../registry/handler-name.js'

/** The task in the namespace of its folder, unless it names one itself. */
export function inNamespace(task: DefinedTask, namespace: string | undefined): DefinedTask {
  const { definition } = task
  if (namespace === undefined || definition.namespace !== DEFAULT_NAMESPACE) return task
  const moved = { ...definition, namespace, steps: definition.steps.map((step) => childInNamespace(step, namespace)) }
  return { [TASK_BRAND]: true, definition: Object.freeze({ ...moved, hash: definitionHash(moved) }) }
}

/** A child that stands beside its parent is meant where that is. */
function childInNamespace(step: StepDefinition, namespace: string): StepDefinition {
  const { child } = step
  if (child?.defined === undefined || child.namespace !== DEFAULT_NAMESPACE) return step
  return { ...step, child: { ...child, namespace, defined: inNamespace(child.defined, namespace) } }
}
