import type { DefinedTask } from '../contracts/task-definition.js'
import type { Variables } from './expand-variables.js'
import { fillVariables } from './fill-variables.js'
import { mergeEnvironment } from './merge-environment.js'
import type { YamlHandlers } from './yaml-handler.js'
import { YamlSource } from './yaml-source.js'
import { readTaskYaml, type TaskYamlReading } from './yaml-structure.js'
import { buildYamlTask } from './yaml-task.js'

export interface ParseTaskYamlOptions {
  /** How messages call the text. Default `task.yaml`. */
  readonly file?: string
  /** Which entry of `environments` is laid over the task. Default: none. */
  readonly environment?: string
  /** Handler functions and classes by the names of their exports: what `import * as handlers` gives. */
  readonly handlers?: Readonly<Record<string, unknown>>
  /** What `${NAME}` stands for. Default `process.env`. */
  readonly variables?: Variables
}

/**
 * Makes a task of its YAML form; the same task written with `defineTask` has the same definition and the same hash.
 *
 * Handlers are named by class or by export and looked up in `handlers`. Everything that is wrong is reported at once, each with
 * its line and column.
 *
 * @throws TaskYamlError
 * @example
 * const task = parseTaskYaml(
 *   `
 *   name: process_order
 *   namespace: payments
 *   version: "2.1.0"
 *   step_templates:
 *     - name: load_order
 *       handler: loadOrder
 *     - name: charge
 *       depends_on_step: load_order
 *       handler_class: ChargeStep
 *   `,
 *   { handlers: { loadOrder, ChargeStep } },
 * )
 */
export function parseTaskYaml(text: string, options: ParseTaskYamlOptions = {}): DefinedTask {
  const source = new YamlSource(text, options.file ?? 'task.yaml')
  return taskOfReading(readTaskYaml(source), { ...options, source })
}

export interface TaskOfReadingOptions extends Pick<ParseTaskYamlOptions, 'environment' | 'variables'> {
  readonly source: YamlSource
  readonly handlers?: YamlHandlers
}

/** The same for a file that has been read already. */
export function taskOfReading(reading: TaskYamlReading, options: TaskOfReadingOptions): DefinedTask {
  const { source, environment, handlers = {}, variables = process.env } = options
  const merged = mergeEnvironment(reading.task, environment, source)
  const { environments: _merged, ...task } = merged.task
  const filled = fillVariables(task, variables, source, merged.locate)
  return buildYamlTask(filled.task, {
    source,
    handlers: reading.lacksHandlers ? 'unknown' : handlers,
    problems: [...reading.problems, ...merged.problems, ...filled.problems],
    incompleteSteps: new Set([...reading.incompleteSteps, ...filled.incompleteSteps]),
    locate: merged.locate,
  })
}
