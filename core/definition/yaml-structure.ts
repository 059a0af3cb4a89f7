import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { show } from '../errors/definition-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'
import { hasVariables } from './expand-variables.js'
import { type TaskYaml, taskYamlSchema } from './task-yaml-schema.js'
import { noName, repairYaml, stepNameAt } from './yaml-repair.js'
import type { YamlPath, YamlSource } from './yaml-source.js'

let validator: ValidateFunction | undefined

/** What keys and types of a file say. */
export interface TaskYamlReading {
  /** The task without what is wrong with its keys and types; a name that cannot be used is empty. */
  readonly task: TaskYaml
  readonly problems: readonly YamlProblem[]
  /** The names of the steps that something was taken out of: what they lack they may have had. */
  readonly incompleteSteps: ReadonlySet<unknown>
  /** Whether the key `handlers`, or one that may be a slip of it, was taken out. */
  readonly lacksHandlers: boolean
}

/** What is wrong with keys and types of a value, as ajv says it. */
export function structureErrors(value: unknown): readonly ErrorObject[] {
  validator ??= new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(taskYamlSchema)
  return validator(value) ? [] : (validator.errors ?? [])
}

/**
 * Checks keys and types of a whole file, all environments included, and leaves out what is wrong, so that the rest can be
 * checked too. What variables stand for shows when they are filled in: a number may be written as one.
 *
 * @throws TaskYamlError where nothing is left to check
 */
export function readTaskYaml(source: YamlSource): TaskYamlReading {
  const errors = structureErrors(source.value).filter(({ data }) => !hasVariables(data))
  if (errors.length === 0) {
    return { task: source.value as TaskYaml, problems: [], incompleteSteps: new Set(), lacksHandlers: false }
  }
  const problems = problemsOf(errors, source)
  const wrong = errors.map(placeOf)
  const task = structuredClone(source.value)
  if (!wrong.map((path) => repairYaml(task, path)).every(Boolean)) throw new TaskYamlError(source.file, problems)
  const incompleteSteps = new Set(wrong.map((path) => stepNameAt(task, path)).filter((name) => name !== noName))
  return {
    task: task as TaskYaml,
    problems,
    incompleteSteps,
    lacksHandlers: wrong.some(([key]) => key === 'handlers' || nearestName(String(key), ['handlers']) !== undefined),
  }
}

/** The errors in words, each with its place. */
export function problemsOf(
  errors: readonly ErrorObject[],
  source: YamlSource,
  locate: (path: YamlPath) => YamlPath = (path) => path,
): readonly YamlProblem[] {
  return errors
    .filter((error, _, all) => !isPartOfChoice(error) && !isSaidBetter(error, all))
    .map((error) => problemOf(error, source, locate))
}

/** The place of an unknown or missing key is that key. */
export function placeOf({ instancePath, keyword, params }: ErrorObject): YamlPath {
  const path = instancePath.split('/').slice(1).map(unescapePointer)
  if (keyword === 'additionalProperties') return [...path, params.additionalProperty]
  return keyword === 'required' ? [...path, params.missingProperty] : path
}

/** The members of a choice (`anyOf`) fail together with the choice, which says it better. */
function isPartOfChoice(error: ErrorObject): boolean {
  return /\/anyOf\/\d+\//.test(error.schemaPath) && error.keyword !== 'additionalProperties'
}

/** An unknown key in a member of a choice says more than that none of the choices fits. */
function isSaidBetter(choice: ErrorObject, all: readonly ErrorObject[]): boolean {
  const isUnknownKey = ({ keyword, instancePath }: ErrorObject) =>
    keyword === 'additionalProperties' && instancePath === choice.instancePath
  return choice.keyword === 'anyOf' && all.some(isUnknownKey)
}

function problemOf(error: ErrorObject, source: YamlSource, locate: (path: YamlPath) => YamlPath): YamlProblem {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer)
  if (error.keyword === 'additionalProperties') {
    const key: string = error.params.additionalProperty
    return source.problem(
      locate([...path, key]),
      unknownKey(key, path, Object.keys(error.parentSchema?.properties ?? {})),
      'key',
    )
  }
  if (error.keyword === 'required') {
    return source.problem(locate(path), `${where(path)} needs the key "${error.params.missingProperty}"`)
  }
  return source.problem(locate(path), `${where(path)} ${expectation(error)}, found ${show(error.data)}`)
}

function unknownKey(key: string, path: YamlPath, keys: readonly string[]): string {
  const nearest = nearestName(key, keys)
  const choices = `valid keys: ${keys.join(', ')}`
  return `${where(path)} has no key "${key}"; ${nearest === undefined ? choices : `did you mean "${nearest}"?`}`
}

function expectation(error: ErrorObject): string {
  const { keyword, params, schema, parentSchema } = error
  if (keyword === 'type') return `must be ${typeWords[params.type] ?? params.type}`
  if (keyword === 'anyOf') return `must be ${choiceWords(parentSchema?.anyOf ?? [])}`
  if (keyword === 'minLength') return 'must not be empty'
  if (keyword === 'minItems') return 'must have at least one entry'
  if (keyword === 'minimum') return `must be at least ${schema}`
  if (keyword === 'exclusiveMinimum') return `must be greater than ${schema}`
  return error.message ?? `fails ${keyword}`
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text (write numbers and versions in quotes)',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
}

function choiceWords(choices: readonly { readonly type?: string; readonly const?: unknown }[]): string {
  return choices
    .map((choice) => ('const' in choice ? `"${choice.const}"` : (typeWords[choice.type ?? ''] ?? 'another form')))
    .join(' or ')
}

/** `step_templates[0].handler_config`, or "the file". */
export function where(path: YamlPath): string {
  if (path.length === 0) return 'the file'
  return path
    .map((part, index) => (/^\d+$/.test(String(part)) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
