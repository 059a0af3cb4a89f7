import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { show } from '../errors/definition-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'
import { type TaskYaml, taskYamlSchema } from './task-yaml-schema.js'
import type { YamlPath, YamlSource } from './yaml-source.js'

let validator: ValidateFunction | undefined

/**
 * Checks keys and types of a whole file, all environments included, and says everything that is wrong at once.
 *
 * @throws TaskYamlError
 */
export function readTaskYaml(source: YamlSource): TaskYaml {
  validator ??= new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(taskYamlSchema)
  if (validator(source.value)) return source.value as TaskYaml
  const errors = (validator.errors ?? []).filter((error, _, all) => !isPartOfChoice(error) && !isSaidBetter(error, all))
  throw new TaskYamlError(
    source.file,
    errors.map((error) => problemOf(error, source)),
  )
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

function problemOf(error: ErrorObject, source: YamlSource): YamlProblem {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer)
  if (error.keyword === 'additionalProperties') {
    const key: string = error.params.additionalProperty
    return source.problem(
      [...path, key],
      unknownKey(key, path, Object.keys(error.parentSchema?.properties ?? {})),
      'key',
    )
  }
  if (error.keyword === 'required') {
    return source.problem(path, `${where(path)} needs the key "${error.params.missingProperty}"`)
  }
  return source.problem(path, `${where(path)} ${expectation(error)}, found ${show(error.data)}`)
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
