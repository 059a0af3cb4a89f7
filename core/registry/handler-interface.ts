import { isDefinedTask } from '../contracts/task-definition.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { buildDependencyGraph } from '../workflow/dependency-graph.js'
import { formatHandlerName, handlerPartRule, isExactVersion, isHandlerPart } from './handler-name.js'
import {
  describeFound,
  fieldProblems,
  fieldRule,
  functionWritten,
  type InterfaceRules,
  isObject,
  isText,
  nameOf,
  text,
  textsOrNone,
} from './interface-checks.js'

const part = fieldRule(handlerPartRule, isHandlerPart)

const definitionRules: InterfaceRules = {
  namespace: part,
  name: part,
  version: fieldRule('an exact version such as "1.0.0"', isExactVersion),
  steps: fieldRule('a list of steps', Array.isArray),
}

const stepRules: InterfaceRules = { name: text, dependsOn: textsOrNone, handler: fieldRule('a step handler', isObject) }

const stepFunction = fieldRule('a function (context) => result', (value) => typeof value === 'function')
const process = functionWritten('a method process(context)', 1)

/** How messages call a task: `payments.refund@1.0.0`, as far as it says so itself. */
export function handlerSubject(value: unknown): string {
  const definition = isDefinedTask(value) ? (value.definition as unknown) : value
  if (!isObject(definition) || !isText(definition.name)) return nameOf(value)
  const { namespace, name, version } = definition
  if (!isText(namespace)) return name
  return formatHandlerName({ namespace, name, ...(isText(version) ? { version } : {}) })
}

/** What keeps a value from being a task handler; empty if nothing does. */
export function handlerProblems(value: unknown): string[] {
  if (!isDefinedTask(value)) {
    return [`it must be what defineTask(…) or a *.task.yaml file gives; found ${describeFound(value)}`]
  }
  const definition: unknown = value.definition
  const problems = fieldProblems(definition, definitionRules)
  if (!isObject(definition) || !Array.isArray(definition.steps)) return problems
  const stepProblems = definition.steps.flatMap(problemsOfStep)
  problems.push(...stepProblems)
  return stepProblems.length > 0 ? problems : problems.concat(graphProblems(value.definition.steps))
}

function problemsOfStep(step: unknown, index: number): string[] {
  const name = isObject(step) && isText(step.name) ? `"${step.name}"` : String(index)
  const problems = fieldProblems(step, stepRules)
  if (isObject(step) && isObject(step.handler)) problems.push(...stepHandlerProblems(step.handler))
  return problems.map((problem) => `step ${name}: ${problem}`)
}

function stepHandlerProblems(handler: Readonly<Record<PropertyKey, unknown>>): string[] {
  if (handler.kind === 'function') return fieldProblems(handler, { run: stepFunction })
  if (handler.kind !== 'class') {
    return [`\`handler.kind\` must be "function" or "class"; found ${describeFound(handler.kind)}`]
  }
  const handlerClass = handler.constructor
  if (typeof handlerClass !== 'function') return [`\`handler\` must be a class; found ${describeFound(handlerClass)}`]
  return fieldProblems(handlerClass.prototype, { process }).map(
    (problem) => `class ${nameOf(handlerClass)}: ${problem}`,
  )
}

function graphProblems(steps: Parameters<typeof buildDependencyGraph>[0]): string[] {
  try {
    buildDependencyGraph(steps)
    return []
  } catch (error) {
    if (isTaskerError(error)) return [error.message.replace(/\.$/, '')]
    throw error
  }
}
