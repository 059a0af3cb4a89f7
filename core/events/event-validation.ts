import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { InvalidSchemaError } from '../errors/definition-errors.js'
import { InvalidEventPayloadError } from '../errors/event-errors.js'
import type { EventSchema } from './custom-event.js'
import { type LifecycleEventName, lifecycleEvents } from './event-catalogue.js'
import { isFilteredKey } from './masking.js'

const validators = new WeakMap<object, ValidateFunction>()
let ajv: Ajv2020 | undefined

/**
 * Refuses a payload that does not fit the schema of its lifecycle event. The validator is compiled at the first call for a
 * name (1 to 5 ms) and kept.
 *
 * @throws InvalidEventPayloadError
 */
export function assertLifecyclePayload(name: LifecycleEventName, payload: unknown): void {
  assertPayload(name, lifecycleEvents[name].payload, payload)
}

/**
 * Refuses a payload that does not fit a schema.
 *
 * @throws InvalidEventPayloadError
 */
export function assertPayload(name: string, schema: EventSchema, payload: unknown): void {
  const validate = validators.get(schema) ?? compile(schema)
  if (validate(payload)) return
  const { path, expected, found } = explain(mostTelling(validate.errors ?? []), payload)
  throw new InvalidEventPayloadError(name, path, expected, found)
}

/**
 * Refuses the schema of a custom event that is not valid JSON Schema, before the first payload would fail by it.
 *
 * @throws InvalidSchemaError
 */
export function assertEventSchema(name: string, schema: EventSchema): void {
  try {
    if (validators.has(schema)) return
    void validator().validateSchema(schema, true)
    compile(schema)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidSchemaError(`the event ${name}`, { received: JSON.stringify(schema).slice(0, 120), reason, cause })
  }
}

function compile(schema: EventSchema): ValidateFunction {
  const validate = validator().compile(schema)
  validators.set(schema, validate)
  return validate
}

function validator(): Ajv2020 {
  if (ajv !== undefined) return ajv
  // All errors, because of a union the branch with the fewest is the one that was meant. Schemas are checked where they are
  // declared: those of the lifecycle are our own, and to compile the schema of schemas takes 30 ms of every process.
  // Optimised code takes a quarter longer to make, and is no faster.
  const code = { optimize: false }
  ajv = new Ajv2020({ allErrors: true, strict: false, addUsedSchema: false, validateSchema: false, code })
  // The package is CommonJS with its function under `default`.
  formats.default(ajv)
  return ajv
}

/** The first error; of a union that nothing fits, the first of the branch with the fewest. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  if (!errors.some((error) => error.keyword === 'anyOf' && error.instancePath === '')) return errors[0]
  const branches = new Map<string, ErrorObject[]>()
  for (const error of errors) {
    const branch = /^#\/anyOf\/\d+/.exec(error.schemaPath)?.[0]
    if (branch === undefined) continue
    branches.set(branch, [...(branches.get(branch) ?? []), error])
  }
  return [...branches.values()].sort((a, b) => a.length - b.length)[0]?.[0] ?? errors[0]
}

function explain(error: ErrorObject | undefined, payload: unknown) {
  const segments = (error?.instancePath ?? '').split('/').slice(1).map(unescapePointer)
  const { keyword = '', params = {} } = error ?? {}
  if (keyword === 'required') {
    const path = [...segments, String(params.missingProperty)].join('.')
    return { path, expected: 'a value', found: 'nothing' }
  }
  if (keyword === 'additionalProperties') {
    const extra = String(params.additionalProperty)
    return { path: [...segments, extra].join('.'), expected: `no property "${extra}"`, found: 'one' }
  }
  const value = segments.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], payload)
  return { path: segments.join('.'), expected: expectation(error), found: describe(value, segments.at(-1)) }
}

function expectation(error: ErrorObject | undefined): string {
  const { keyword = '', params = {}, message = 'something else' } = error ?? {}
  if (keyword === 'type') return `${[params.type].flat().join(' or ')}`
  if (keyword === 'enum') return `one of ${params.allowedValues.join(', ')}`
  if (keyword === 'const') return JSON.stringify(params.allowedValue)
  if (keyword === 'format') return `a text of the format ${params.format}`
  return message.replace(/^must /, 'it to ')
}

function describe(value: unknown, key: string | undefined): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (key !== undefined && isFilteredKey(key)) return `a ${typeof value}`
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
