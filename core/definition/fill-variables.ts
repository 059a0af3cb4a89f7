import type { ErrorObject } from 'ajv'
import type { YamlProblem } from '../errors/task-yaml-errors.js'
import { expandVariables, hasVariables, type Variables } from './expand-variables.js'
import type { TaskYaml } from './task-yaml-schema.js'
import { noName, repairYaml, stepNameAt } from './yaml-repair.js'
import type { YamlPath, YamlSource } from './yaml-source.js'
import { placeOf, problemsOf, structureErrors } from './yaml-structure.js'

/** A task whose variables are filled in. */
export interface FilledTaskYaml {
  readonly task: TaskYaml
  readonly problems: readonly YamlProblem[]
  /** The names of the steps that something was taken out of because it cannot be filled in. */
  readonly incompleteSteps: readonly unknown[]
}

/**
 * Fills in the variables of a task. Where a number, true or false is wanted, a text that came from a variable is read as one:
 * `default_retry_limit: ${RETRIES:-3}`. What cannot be filled in is reported and taken out, so that nothing follows from it.
 */
export function fillVariables(
  task: TaskYaml,
  variables: Variables,
  source: YamlSource,
  locate: (path: YamlPath) => YamlPath,
): FilledTaskYaml {
  const problems: YamlProblem[] = []
  const wrong: YamlPath[] = []
  const filled = expandVariables(task, variables, (path, name) => {
    const wayOut = `set it, or write a default: \${${name}:-…}`
    problems.push(source.problem(locate(path), `the environment variable ${name} is not set; ${wayOut}`))
    wrong.push(path)
  })
  const incompleteSteps = takeOut(filled, wrong)
  const missing = new Set(wrong.map((path) => path.join('/')))
  const isFilledIn = (error: ErrorObject) => {
    const path = placeOf(error)
    return hasVariables(valueAt(task, path)) && !missing.has(path.join('/'))
  }
  for (const error of structureErrors(filled).filter(isFilledIn)) readAs(error, filled)
  const left = structureErrors(filled).filter(isFilledIn)
  problems.push(...problemsOf(left, source, locate))
  return { task: filled, problems, incompleteSteps: [...incompleteSteps, ...takeOut(filled, left.map(placeOf))] }
}

/** Reads a text as the number, true or false that is wanted in its place. */
function readAs(error: ErrorObject, task: TaskYaml): void {
  const path = placeOf(error)
  const text = String(error.data).trim()
  const { type } = error.params
  const isNumber = (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)
  const isBoolean = type === 'boolean' && (text === 'true' || text === 'false')
  if (!isNumber && !isBoolean) return
  const holder = valueAt(task, path.slice(0, -1)) as Record<string | number, unknown>
  holder[path.at(-1)!] = isNumber ? Number(text) : text === 'true'
}

/** Gives the names of the steps that these places are in. */
function takeOut(task: TaskYaml, wrong: readonly YamlPath[]): readonly unknown[] {
  return wrong
    .map((path) => {
      repairYaml(task, path)
      return stepNameAt(task, path)
    })
    .filter((name) => name !== undefined && name !== noName)
}

function valueAt(value: unknown, path: YamlPath): unknown {
  let found = value
  for (const part of path) found = (found as Record<string | number, unknown> | null | undefined)?.[part]
  return found
}
