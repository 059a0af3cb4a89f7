import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import type { ConfigurationProblem } from '../errors/configuration-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { isCustomEventDescriptor } from '../events/custom-event.js'
import { configKeys } from './config-keys.js'
import { configPath, pointerSegments } from './config-path.js'
import { configInputSchema, overlaySchema } from './config-schema.js'
import { customEventNameProblems } from './custom-event-problems.js'
import { expectedText } from './expected-text.js'
import { likelyMeant } from './likely-meant.js'
import type { ConfigLayer } from './merge-config.js'
import type { SchemaNode } from './partial-schema.js'
import { isPlainObject } from './plain-object.js'
import { receivedText } from './received-text.js'

// The schema is our own and a test checks it; without its check and without optimised code, compiling takes 15 ms and not 60.
const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, validateSchema: false, code: { optimize: false } })
ajv.addKeyword({ keyword: 'entry', validate: isEntry, errors: false })

/** Compiled when first needed. */
const validators = new Map<TSchema, ValidateFunction>()

/** Every problem of what a configuration file exports, or an argument gives. */
export function configProblems(layer: ConfigLayer): ConfigurationProblem[] {
  return problemsOf(configInputSchema, layer)
}

/** Every problem of a layer that cannot have overlays of its own. */
export function overlayProblems(layer: ConfigLayer): ConfigurationProblem[] {
  return problemsOf(overlaySchema, layer)
}

function problemsOf(schema: TSchema, { name, values }: ConfigLayer): ConfigurationProblem[] {
  if (Object.keys(values).length === 0) return []
  let validate = validators.get(schema)
  if (validate === undefined) {
    validate = ajv.compile(schema)
    validators.set(schema, validate)
  }
  // `undefined` means absent everywhere, and JSON Schema has no word for it.
  const ok = validate(withoutUndefined(values))
  const found = ok ? [] : withoutBranches(validate.errors ?? []).map((error) => problemOf(error, name))
  return [...found, ...customEventNameProblems({ name, values })]
}

function withoutUndefined(value: unknown, depth = 0): unknown {
  // No setting is that deep: a value that leads back to itself is.
  if (depth > 20 || !isPlainObject(value) || Object.getOwnPropertySymbols(value).length > 0) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member, depth + 1)]))
}

/**
 * Of the errors of an `anyOf`, those that help: the ones of its branches where exactly one branch has the right type, else the
 * `anyOf` itself.
 */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors]
  for (const union of errors.filter(({ keyword }) => keyword === 'anyOf')) {
    const inBranch = (error: ErrorObject) => error.schemaPath.startsWith(`${union.schemaPath}/`) && isAt(union, error)
    const branches = Map.groupBy(kept.filter(inBranch), (error) => branchOf(union, error))
    const entered = [...branches.values()].filter(
      (list) => !list.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === union.instancePath),
    )
    kept = kept.filter((error) => (entered.length === 1 ? error !== union : true) && !inBranch(error))
    if (entered.length === 1) kept.push(...entered[0]!)
  }
  return kept
}

function isAt(union: ErrorObject, error: ErrorObject): boolean {
  return error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`)
}

function branchOf(union: ErrorObject, error: ErrorObject): string {
  return error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0]!
}

function problemOf(error: ErrorObject, source: string): ConfigurationProblem {
  const segments = pointerSegments(error.instancePath)
  const schema = error.parentSchema as SchemaNode
  if (error.keyword === 'additionalProperties') {
    const key: string = error.params.additionalProperty
    const { [key]: value } = error.data as Record<string, unknown>
    return unknownKey([...segments, key], value, Object.keys(schema.properties ?? {}), source)
  }
  const path = configPath(segments)
  const expected = expectedText(schema)
  const received = receivedText(segments.at(-1) ?? '', error.data)
  const wayOut =
    schema.entry === 'plugin' ? pluginWayOut(error.data) : likelyMeant(segments.at(-1) ?? '', schema, error.data)
  return { path, source, expected, received, ...(wayOut === undefined ? {} : { wayOut }) }
}

function unknownKey(
  segments: readonly string[],
  value: unknown,
  valid: readonly string[],
  source: string,
): ConfigurationProblem {
  const key = segments.at(-1)!
  const near = nearestName(key, valid) ?? elsewhere(key)
  return {
    path: configPath(segments),
    source,
    expected: 'no such key',
    received: receivedText(key, value),
    wayOut: `${near === undefined ? '' : `Did you mean "${near}"? `}Valid keys: ${valid.join(', ')}.`,
  }
}

/** `concurrentTasks` at the top means `execution.concurrentTasks`. */
function elsewhere(key: string): string | undefined {
  return configKeys.find(({ path }) => path.endsWith(`.${key}`))?.path
}

function isEntry(kind: SchemaNode['entry'], value: unknown): boolean {
  if (kind === 'descriptor') return isCustomEventDescriptor(value)
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  // An instance of a class (a task chain is one) may keep all it has in private fields.
  if (!isPlainObject(value)) return true
  if (kind !== 'plugin') return Object.keys(value).length > 0
  if (!('use' in value)) return typeof value.name === 'string'
  const { use, options = {}, ...others } = value
  return Object.keys(others).length === 0 && isPlainObject(options) && isEntry('plugin', use)
}

/** A word in place of `use` or `options`: `{ plugin: './mail.ts', options: {} }`. */
function pluginWayOut(value: unknown): string | undefined {
  if (!isPlainObject(value)) return undefined
  if ('setup' in value) return 'A plugin needs a "name".'
  const stranger = Object.keys(value).find((key) => key !== 'use' && key !== 'options')
  if (stranger === undefined) return undefined
  if ('use' in value) return 'options' in value ? undefined : didYouMean('options', stranger)
  return isEntry('value', value[stranger]) ? didYouMean('use', stranger) : undefined
}

function didYouMean(key: string, stranger: string): string {
  return `Did you mean "${key}" instead of "${stranger}"?`
}
