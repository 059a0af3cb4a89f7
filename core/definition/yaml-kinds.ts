import type { StepKind } from '../contracts/task-definition.js'
import { nearestName } from '../errors/nearest-name.js'
import { fillPlaceholders, onlyPlaceholder, type PlaceholderValues } from './placeholders.js'
import type { StepOptionsDraft } from './step-draft.js'
import type { StepTemplateYaml } from './task-yaml-schema.js'
import type { YamlHandlers } from './yaml-handler.js'

const kinds = ['child', 'each', 'decide'] as const

/** The keys of a template that make it a kind of step of its own. */
export function kindsOf(template: StepTemplateYaml): readonly Exclude<StepKind, 'run'>[] {
  return kinds.filter((kind) => template[kind] !== undefined)
}

/** What a template says of its kind, in the words of the code form. */
export function kindOptionsOf(template: StepTemplateYaml, handlers: YamlHandlers): StepOptionsDraft {
  const { child, each, decide } = template
  if (child !== undefined) {
    const { context = {}, ...task } = child
    return { task, context: (values: PlaceholderValues) => fillPlaceholders(context, values) }
  }
  if (each !== undefined) {
    const { over, concurrency } = each
    return { over: listOf(over, handlers), ...(concurrency === undefined ? {} : { concurrency }) }
  }
  return decide === undefined ? {} : { branches: decide.branches }
}

/** What is wrong with the list of an `each`. */
export function listProblem({ each }: StepTemplateYaml, handlers: YamlHandlers): string | undefined {
  if (each === undefined || handlers === 'unknown' || typeof listOf(each.over, handlers) === 'function')
    return undefined
  const nearest = nearestName(each.over, Object.keys(handlers))
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`
  return `over is neither a placeholder, as in "{{results.load.customers}}", nor the name of an exported function.${hint}`
}

function listOf(over: string, handlers: YamlHandlers): unknown {
  if (onlyPlaceholder(over) !== undefined) return (values: PlaceholderValues) => fillPlaceholders(over, values)
  if (handlers === 'unknown') return () => []
  return Object.hasOwn(handlers, over) ? handlers[over] : undefined
}
